import { findProvider, type Issuer, type TrustedPublisher } from '@trustpub/identity'
import { checkSigner, type Signer } from '@trustpub/provenance'
import { refuse } from './errors.ts'
import type { Evidence } from './evidence.ts'

/** How much has to vouch for a file. */
export const REQUIREMENTS = ['provenance', 'signature', 'nothing'] as const
export type Requirement = (typeof REQUIREMENTS)[number]

/** What is expected of a package. */
export interface Expectation {
  readonly require?: Requirement
  /** The run that has to have built it. Only the fields that are given are compared. */
  readonly publisher?: TrustedPublisher
}

/** What people write: an address or `owner/name`, a workflow file, an environment. */
export interface ExpectedRun {
  readonly repository?: string | undefined
  readonly workflow?: string | undefined
  readonly environment?: string | undefined
}

/** A run cannot be expected as it was written; the message says why. */
export class ExpectationError extends Error {
  override readonly name = 'ExpectationError'
}

/**
 * The publisher that an expected run stands for. `owner/name` is at GitHub; whoever means another server writes the
 * address, since the same name there may belong to somebody else.
 * @throws ExpectationError
 */
export function publisherOf(
  run: ExpectedRun,
  issuers: readonly Issuer[],
): TrustedPublisher | undefined {
  const { repository, workflow, environment } = run
  if (repository === undefined) {
    if (workflow === undefined && environment === undefined) return undefined
    throw new ExpectationError(
      'A workflow or an environment says little without its repository: name that too',
    )
  }
  const address = /^https?:\/\//.test(repository) ? repository : `https://github.com/${repository}`
  const found = issuers
    .map((issuer) => ({ issuer, server: serverOf(issuer) }))
    .find(({ server }) => server !== undefined && address.startsWith(server))
  if (found === undefined) {
    throw new ExpectationError(
      `"${repository}" is at no server known here: write owner/name for GitHub, or the whole address (--issuer makes your own server known)`,
    )
  }
  const { issuer, server = '' } = found
  const path = address.slice(server.length).replace(/\/$/, '')
  const typed = { repository: path, workflow, environment }
  return { provider: issuer.provider, issuer: issuer.url, fields: parsed(issuer, typed), pins: {} }
}

/** The address that all repositories of an issuer begin with, for kinds of CI that know repositories and workflows. */
function serverOf({ provider, url }: Issuer): string | undefined {
  const { fields, describe } = findProvider(provider)
  if (!('repository' in fields) || !('workflow' in fields)) return undefined
  return describe({}, url).repositoryUrl
}

function parsed({ provider }: Issuer, typed: ExpectedRun): Readonly<Record<string, string>> {
  const { fields, label } = findProvider(provider)
  const entries = Object.entries(typed).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    entries.map(([name, value]: [string, string]) => {
      const field = fields[name]
      if (field === undefined) throw new ExpectationError(`${label} knows no ${name}`)
      const result = field.parse(value)
      if ('value' in result) return [name, result.value]
      throw new ExpectationError(`${field.label} "${value}" cannot be used: ${result.reason}`)
    }),
  )
}

/**
 * Whether a signer is the expected one, by the rule of the exchange as far as fields are given.
 * @throws Refusal `signer_unexpected`, `environment_unsaid`
 */
export function requireExpected(
  publisher: TrustedPublisher,
  signer: Signer,
  { file, environment }: Pick<Evidence, 'file' | 'environment'>,
): void {
  const { checks } = checkSigner(publisher, signer)
  const asked = checks.filter(
    ({ code }) => code !== 'workflow_mismatch' || 'workflow' in publisher.fields,
  )
  const failed = asked.find(({ ok }) => !ok)
  if (failed !== undefined) {
    const { claim, expected } = failed
    const actual = failed.actual === '' ? 'absent' : failed.actual
    throw refuse('signer_unexpected', { claim, actual, expected })
  }
  const expected = publisher.fields.environment
  if (expected === undefined || checks.some(({ claim }) => claim === 'environment')) return
  // The certificate does not say; an index that checked it at the upload may.
  if (environment === undefined) throw refuse('environment_unsaid', { file })
  if (environment.toLowerCase() !== expected.toLowerCase())
    throw refuse('signer_unexpected', { claim: 'environment', actual: environment, expected })
}
