import { type Check, textClaim } from './check.ts'
import { type Refusal, refuse } from './errors.ts'
import type { Fields, Pins, ProviderId } from './provider.ts'
import type { IdToken } from './verify.ts'

/** A stored rule: runs of this provider and issuer with these fields may publish. */
export interface TrustedPublisher {
  readonly provider: ProviderId
  readonly issuer: string
  readonly fields: Fields
  readonly pins: Pins
}

/** A publisher held against a token. */
export interface Assessment<P extends TrustedPublisher> {
  readonly publisher: P
  readonly checks: readonly Check[]
  readonly trusted: boolean
}

/** Compares a verified token with one publisher, claim by claim. Trusted only if there are checks and all pass. */
export function assess<P extends TrustedPublisher>(publisher: P, token: IdToken): Assessment<P> {
  const { provider, claims, issuer } = token
  const compared = provider.check(publisher.fields, claims, issuer.url)
  const checks = [
    sameIssuer(publisher, token),
    ...compared,
    ...provider.pinnedClaims.map((claim) =>
      pinCheck(claim, publisher.pins[claim], textClaim(claims, claim)),
    ),
  ]
  return { publisher, checks, trusted: compared.length > 0 && checks.every((check) => check.ok) }
}

function sameIssuer(publisher: TrustedPublisher, token: IdToken): Check {
  const actual = token.issuer.url
  const ok = publisher.issuer === actual && publisher.provider === token.provider.id
  return { claim: 'iss', expected: publisher.issuer, actual, ok, code: 'claim_refused' }
}

function pinCheck(claim: string, pinned: string | undefined, actual: string): Check {
  const expected = pinned ?? 'any, pinned at the first publish'
  const ok = actual !== '' && (pinned === undefined || pinned === actual)
  return { claim, expected, actual, ok, code: 'owner_id_mismatch' }
}

/** The ids to remember once `token` has been trusted. */
export function pinsOf(token: IdToken): Pins {
  return Object.fromEntries(
    token.provider.pinnedClaims.map((claim) => [claim, textClaim(token.claims, claim)]),
  )
}

/**
 * The refusal for a token that none of the assessed publishers trusts: that of the publisher which came closest.
 * What a publisher expects is shown only to a token from the very repository that the publisher names: same issuer,
 * same name, same ids. Others do not even learn which of the remaining checks would pass, or they could guess.
 */
export function explainRefusal(
  assessments: readonly Assessment<TrustedPublisher>[],
  token: IdToken,
  subject: string,
): Refusal {
  const { provider, claims } = token
  const names = ['iss', provider.sourceClaim]
  const closest = [...assessments].sort(
    (a, b) => failures(a, names) - failures(b, names) || failures(a) - failures(b),
  )[0]
  const source = textClaim(claims, provider.sourceClaim)
  if (closest === undefined || failures(closest, names) > 0) {
    // One answer, whether the package has other publishers, none, or does not exist: names must not leak.
    const code = 'repository_mismatch'
    const shown = {
      claim: provider.sourceClaim,
      expected: '',
      actual: source,
      ok: false,
      code,
    } as const
    const values = { ...shown, issuer: token.issuer.url, package: subject }
    return refuse(code, values, [shown], closest?.checks ?? [])
  }
  const ofSource = [...names, ...provider.pinnedClaims]
  const shown =
    failures(closest, ofSource) === 0
      ? closest.checks
      : closest.checks.filter((check) => ofSource.includes(check.claim))
  const failed = shown.find((check) => !check.ok)
  if (failed === undefined) throw new Error('A trusted publisher was to be refused')
  const { claim, expected, actual } = failed
  const values = { claim, expected, actual, package: subject }
  return refuse(failed.code as 'claim_refused', values, shown, closest.checks)
}

/** How many checks failed, of all or of those for some claims. */
function failures({ checks }: Assessment<TrustedPublisher>, claims?: readonly string[]): number {
  return checks.filter(({ claim, ok }) => !ok && (claims?.includes(claim) ?? true)).length
}
