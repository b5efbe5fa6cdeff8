import type { Check, Issuer, Run } from '@trustpub/identity'
import * as v from 'valibot'
import type {
  Account,
  ApiToken,
  AuditEvent,
  ExchangeAttempt,
  Package,
  PublishedBy,
  SigningKey,
  StoredPublisher,
} from '../domain/model.ts'

/** What the API answers with. Every schema in {@link SCHEMAS} has its name in the OpenAPI document. */

export type AccountView = Pick<Account, 'name' | 'role' | 'createdAt'>

export type TokenView = Omit<ApiToken, 'hash' | 'account' | 'grants' | 'publishedBy'>

interface IssuedToken {
  readonly id: string
  /** The API token itself, shown this once. */
  readonly token: string
  readonly expiresAt?: string
}

export type PackageView = Omit<Package, 'id' | 'normalised' | 'revision'>

export interface ReleaseView {
  readonly version: string
  readonly publishedAt: string
  readonly publishedBy: Omit<PublishedBy, 'id'>
  readonly files: readonly {
    readonly filename: string
    readonly size: number
    readonly yanked?: string
  }[]
}

interface PackageDetails extends PackageView {
  readonly owners: readonly string[]
  readonly tags: Readonly<Record<string, string>>
  /** Newest first. */
  readonly releases: readonly ReleaseView[]
}

export interface PublisherView extends Omit<StoredPublisher, 'createdBy' | 'fields'> {
  readonly fields: Readonly<Record<string, string | undefined>>
  /** As `npm:<name>` or `pypi:<name>`; pending while the package does not exist. */
  readonly packages: readonly { readonly package: string; readonly pending: boolean }[]
}

export type SigningKeyView = Omit<SigningKey, 'privateKey'>

/** The body of every 4xx answer, without what particular clients look for in it. */
interface RefusalView {
  readonly code: string
  readonly message: string
}

const time = v.pipe(v.string(), v.isoTimestamp())
const texts = v.record(v.string(), v.string())

const run: v.GenericSchema<Run> = v.strictObject({
  repository: v.string(),
  repositoryUrl: v.string(),
  workflow: v.string(),
  ref: v.string(),
  commit: v.string(),
  url: v.string(),
})

const check: v.GenericSchema<Omit<Check, 'code'> & { readonly code: string }> = v.strictObject({
  claim: v.string(),
  expected: v.string(),
  actual: v.string(),
  ok: v.boolean(),
  code: v.string(),
})

const account: v.GenericSchema<AccountView> = v.strictObject({
  name: v.string(),
  role: v.picklist(['admin', 'member']),
  createdAt: time,
})

const token: v.GenericSchema<TokenView> = v.strictObject({
  id: v.string(),
  hint: v.pipe(v.string(), v.description('How the token begins')),
  description: v.string(),
  permissions: v.array(v.picklist(['read', 'publish', 'manage'])),
  createdAt: time,
  expiresAt: v.exactOptional(time),
  revokedAt: v.exactOptional(time),
})

const issuedToken: v.GenericSchema<IssuedToken> = v.strictObject({
  id: v.string(),
  token: v.pipe(v.string(), v.description('The API token; it is shown this once and not kept')),
  expiresAt: v.exactOptional(time),
})

const packageEntries = {
  ecosystem: v.picklist(['npm', 'pypi']),
  name: v.string(),
  visibility: v.picklist(['public', 'restricted']),
  createdAt: time,
  updatedAt: time,
}

const packageView: v.GenericSchema<PackageView> = v.strictObject(packageEntries)

const release: v.GenericSchema<ReleaseView> = v.strictObject({
  version: v.string(),
  publishedAt: time,
  publishedBy: v.strictObject({
    kind: v.picklist(['account', 'publisher']),
    name: v.string(),
    provider: v.exactOptional(v.string()),
    run: v.exactOptional(run),
    approver: v.exactOptional(v.string()),
  }),
  files: v.array(
    v.strictObject({
      filename: v.string(),
      size: v.number(),
      yanked: v.exactOptional(v.string()),
    }),
  ),
})

const packageDetails: v.GenericSchema<PackageDetails> = v.strictObject({
  ...packageEntries,
  owners: v.array(v.string()),
  tags: texts,
  releases: v.pipe(v.array(release), v.description('Newest first')),
})

const publisher: v.GenericSchema<PublisherView> = v.strictObject({
  id: v.string(),
  provider: v.string(),
  issuer: v.string(),
  fields: texts,
  pins: v.pipe(texts, v.description('Numeric ids that ID tokens must carry, by claim')),
  permissions: v.array(v.picklist(['publish', 'stage'])),
  createdAt: time,
  lastUsedAt: v.exactOptional(time),
  packages: v.array(v.strictObject({ package: v.string(), pending: v.boolean() })),
})

const issuer: v.GenericSchema<Issuer> = v.strictObject({
  url: v.string(),
  provider: v.string(),
  allowPrivateNetwork: v.boolean(),
})

const signingKey: v.GenericSchema<SigningKeyView> = v.strictObject({
  keyid: v.string(),
  publicKey: v.pipe(v.string(), v.description('ECDSA on P-256: SPKI in DER, base64')),
  createdAt: time,
  expiresAt: v.exactOptional(time),
})

const attempt: v.GenericSchema<ExchangeAttemptView> = v.strictObject({
  id: v.string(),
  at: time,
  ecosystem: v.picklist(['npm', 'pypi']),
  package: v.exactOptional(v.string()),
  issuer: v.string(),
  source: v.pipe(v.string(), v.description('The repository, in lower case')),
  code: v.pipe(v.string(), v.description('"ok", or the code of the refusal')),
  message: v.string(),
  run,
  checks: v.array(check),
})

type ExchangeAttemptView = Omit<ExchangeAttempt, 'checks'> & {
  readonly checks: readonly (Omit<Check, 'code'> & { readonly code: string })[]
}

const event: v.GenericSchema<AuditEvent> = v.strictObject({
  id: v.string(),
  at: time,
  actor: v.string(),
  action: v.string(),
  subject: v.string(),
  details: v.record(v.string(), v.unknown()),
})

const refusal: v.GenericSchema<RefusalView> = v.object({
  code: v.pipe(v.string(), v.description('Stable; see the list of errors')),
  message: v.pipe(v.string(), v.description('The cause, and what to change')),
})

/** The answers, by the names that the OpenAPI document gives them. */
export const SCHEMAS: {
  readonly Account: typeof account
  readonly Token: typeof token
  readonly IssuedToken: typeof issuedToken
  readonly Package: typeof packageView
  readonly PackageDetails: typeof packageDetails
  readonly Publisher: typeof publisher
  readonly Issuer: typeof issuer
  readonly SigningKey: typeof signingKey
  readonly Attempt: typeof attempt
  readonly Event: typeof event
  readonly Refusal: typeof refusal
} = {
  Account: account,
  Token: token,
  IssuedToken: issuedToken,
  Package: packageView,
  PackageDetails: packageDetails,
  Publisher: publisher,
  Issuer: issuer,
  SigningKey: signingKey,
  Attempt: attempt,
  Event: event,
  Refusal: refusal,
}
