import {
  type Assessment,
  assess,
  explainRefusal,
  type IdToken,
  type KeySets,
  PUBLIC_ISSUERS,
  pinsOf,
  Refusal,
  refuseIdentity,
  verifyIdToken,
} from '@trustpub/identity'
import { refuse } from '../errors.ts'
import type {
  Ecosystem,
  Grant,
  PackageName,
  PublishedBy,
  PublisherLink,
  StoredPublisher,
} from './model.ts'
import type { Store } from './ports.ts'
import { issueExchangedToken } from './tokens.ts'

/** Between two uses of a publisher its time of use is written at most this often: it is for people to look at. */
const USED_RESOLUTION_MS = 3600_000

/** A failing release is tried a few times an hour; what comes oftener from one repository tells nothing new. */
const MAX_REFUSALS = 100
const REFUSALS_WINDOW_MS = 3600_000

export interface ExchangeContext {
  readonly store: Store
  readonly keys: KeySets
  /** Issuers besides the registered ones: the public services, unless the registry is closed to them. */
  readonly publicIssuers: boolean
  readonly now: () => Date
}

export interface ExchangeRequest {
  readonly ecosystem: Ecosystem
  readonly idToken: string
  readonly audiences: readonly string[]
  /** npm asks for one package, PyPI for all that the publisher covers. */
  readonly package?: PackageName
}

export interface Exchanged {
  readonly text: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

type Trusted = Assessment<StoredPublisher> & { readonly link: PublisherLink }

/**
 * Gives an API token for an ID token: verify it, find the publishers it may match, check every claim, claim the token
 * once and for all, mint. A refusal before that burns nothing: the same ID token may be tried again.
 * @throws Refusal with the checks that were made
 */
export async function exchange(
  context: ExchangeContext,
  request: ExchangeRequest,
): Promise<Exchanged> {
  const now = context.now()
  const token = await verifyIdToken(request.idToken, {
    findIssuer: async (url) =>
      (context.publicIssuers ? PUBLIC_ISSUERS.find((issuer) => issuer.url === url) : undefined) ??
      context.store.issuers.find(url),
    keys: context.keys,
    audiences: request.audiences,
    now: now.getTime(),
  })
  try {
    // One transaction, so that of two first exchanges only one can pin the ids of its owner.
    return await context.store.transaction(async (tx) =>
      mint(tx, token, await findTrusted(tx, token, request), request, now),
    )
  } catch (error) {
    if (error instanceof Refusal) await logRefusal(context.store, token, request, error, now)
    throw error
  }
}

async function findTrusted(
  store: Store,
  token: IdToken,
  request: ExchangeRequest,
): Promise<readonly Trusted[]> {
  const links = await store.publishers.byKey(
    token.issuer.url,
    token.provider.lookupKeyOf(token.claims),
  )
  const inProtocol = links.filter((link) => link.package.ecosystem === request.ecosystem)
  const assessed = inProtocol.map((link) => ({ ...assess(link.publisher, token), link }))
  const candidates = assessed.filter(({ link }) => isFor(link, request.package))
  const trusted = candidates.filter((candidate) => candidate.trusted)
  if (trusted.length > 0) return trusted
  throw await whyNot(store, token, request, assessed, candidates)
}

function isFor(link: PublisherLink, name: PackageName | undefined): boolean {
  return name === undefined || link.package.normalised === name.normalised
}

async function whyNot(
  store: Store,
  token: IdToken,
  request: ExchangeRequest,
  assessed: readonly Trusted[],
  candidates: readonly Trusted[],
): Promise<Refusal> {
  const { ecosystem, package: name } = request
  if (name === undefined) return explainRefusal(candidates, token, 'any package here')
  if (candidates.length > 0) return explainRefusal(candidates, token, name.name)
  const elsewhere = assessed.filter((candidate) => candidate.trusted)
  const first = elsewhere[0]
  if (first !== undefined) {
    const covered = elsewhere.map(({ link }) => link.package.name).join(', ')
    const repository = token.provider.lookupKeyOf(token.claims)
    return refuseIdentity(
      'package_mismatch',
      { repository, covered, package: name.name },
      first.checks,
    )
  }
  // Publishers that name other repositories: the token's owner learns that much, but not which.
  const others = await store.publishers.byPackage(ecosystem, name.normalised)
  return explainRefusal(
    others.map(({ publisher }) => assess(publisher, token)),
    token,
    name.name,
  )
}

async function mint(
  tx: Store,
  token: IdToken,
  trusted: readonly Trusted[],
  request: ExchangeRequest,
  now: Date,
): Promise<Exchanged> {
  const grants = trusted.map(grantOf)
  const first = trusted[0]
  if (!(await tx.tokens.claimIdToken(token.issuer.url, token.jti, token.forgetAt))) {
    throw refuse('id_token_reused', { jti: token.jti }, first?.checks)
  }
  // A publisher comes once for each of its packages, and there may be hundreds.
  const publishers = new Map(trusted.map(({ publisher }) => [publisher.id, publisher]))
  for (const publisher of publishers.values()) await rememberUse(tx, publisher, token, now)
  const by = publishedBy(token, grants)
  const exchanged = await issueExchangedToken(tx, request.ecosystem, grants, by, now)
  await logAttempt(tx, token, request, { code: 'ok', message: '', evidence: first?.checks ?? [] })
  return exchanged
}

function grantOf({ link }: Trusted): Grant {
  const { ecosystem, normalised } = link.package
  return { publisherId: link.publisher.id, ecosystem, normalised }
}

function publishedBy(token: IdToken, grants: readonly Grant[]): PublishedBy {
  const { provider, issuer, claims } = token
  return {
    kind: 'publisher',
    id: grants[0]?.publisherId ?? '',
    name: provider.label,
    provider: provider.id,
    run: provider.describe(claims, issuer.url),
  }
}

async function rememberUse(
  store: Store,
  publisher: StoredPublisher,
  token: IdToken,
  now: Date,
): Promise<void> {
  const pinned = token.provider.pinnedClaims.every((claim) => publisher.pins[claim] !== undefined)
  const last = publisher.lastUsedAt === undefined ? 0 : Date.parse(publisher.lastUsedAt)
  if (pinned && now.getTime() - last < USED_RESOLUTION_MS) return
  await store.publishers.used(publisher.id, pinsOf(token))
}

/** Only genuine ID tokens get here, and only so many from one source, so that nobody can fill the log. */
async function logRefusal(
  store: Store,
  token: IdToken,
  request: ExchangeRequest,
  refusal: Refusal,
  now: Date,
): Promise<void> {
  const source = token.provider.lookupKeyOf(token.claims)
  const since = new Date(now.getTime() - REFUSALS_WINDOW_MS)
  const recent = await store.log.countRefused(token.issuer.url, source, since)
  if (recent < MAX_REFUSALS) await logAttempt(store, token, request, refusal)
}

async function logAttempt(
  store: Store,
  token: IdToken,
  request: ExchangeRequest,
  outcome: Pick<Refusal, 'code' | 'message' | 'evidence'>,
): Promise<void> {
  const { provider, issuer, claims } = token
  await store.log.attempt({
    ecosystem: request.ecosystem,
    ...(request.package === undefined ? {} : { package: request.package.normalised }),
    issuer: issuer.url,
    source: provider.lookupKeyOf(claims),
    code: outcome.code,
    message: outcome.message,
    run: provider.describe(claims, issuer.url),
    checks: outcome.evidence,
  })
}
