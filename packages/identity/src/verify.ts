import { createHash } from 'node:crypto'
// Each from a module of its own: all of jose takes twice as long to load, in every command.
import type { JWTPayload } from 'jose'
import { decodeProtectedHeader } from 'jose/decode/protected_header'
import { JOSEError } from 'jose/errors'
import { compactVerify } from 'jose/jws/compact/verify'
import { decodeJwt } from 'jose/jwt/decode'
import { type Claims, textClaim } from './check.ts'
import { refuse } from './errors.ts'
import type { Issuer } from './issuer.ts'
import type { KeySets } from './keys.ts'
import type { Provider } from './provider.ts'
import { PROVIDERS } from './providers/index.ts'
import { countedIssuer, findProvider } from './registered.ts'

/** GitLab's tokens can list 200 groups and reach about 20 kB; more is no ID token. */
export const MAX_ID_TOKEN_LENGTH: number = 32 * 1024
/**
 * Seconds by which clocks may differ, for exp, nbf and iat alike. Whoever remembers used tokens must do so for this
 * much longer than `exp` says.
 */
export const LEEWAY_SECONDS = 30

/** An ID token that was verified: signature, time and audience are right. Whom it may publish for is not decided yet. */
export interface IdToken {
  readonly issuer: Issuer
  readonly provider: Provider
  readonly claims: Claims
  /** What tells it from all others of the issuer: the claim `jti`, or a digest where the provider has none. */
  readonly jti: string
  /** From this moment on the token can be forgotten: `exp` plus the leeway. */
  readonly forgetAt: Date
}

export interface VerifyOptions {
  /** The issuers that are allowed, by the exact text of `iss`. */
  readonly findIssuer: (url: string) => Promise<Issuer | undefined>
  readonly keys: KeySets
  /** Accepted audiences; the first is the one to name in a refusal. */
  readonly audiences: readonly string[]
  /** Milliseconds since the epoch. */
  readonly now: number
}

/**
 * Verifies an ID token, step by step as OpenID Connect Core 1.0 section 3.1.3.7 orders, with nothing taken from the
 * token that the issuer should decide.
 * @throws Refusal with a code of identity's error table
 */
export async function verifyIdToken(text: string, options: VerifyOptions): Promise<IdToken> {
  const { header, payload } = decode(text)
  const issuer = await allowedIssuer(payload, options)
  const provider = findProvider(issuer.provider)
  const signedBy = { ...issuer, url: textClaim(payload, 'iss') }
  await checkSignature(text, header, signedBy, provider, options.keys)
  checkTimes(payload, provider, issuer, options.now)
  checkAudience(payload, options.audiences)
  const jti = provider.numbered ? required(payload, 'jti', issuer) : digestOf(text)
  const forgetAt = new Date(((payload.exp ?? 0) + LEEWAY_SECONDS) * 1000)
  return { issuer, provider, claims: payload, jti, forgetAt }
}

interface Decoded {
  readonly header: { readonly alg?: unknown; readonly kid?: unknown; readonly crit?: unknown }
  readonly payload: JWTPayload
}

function decode(text: string): Decoded {
  if (text.length > MAX_ID_TOKEN_LENGTH)
    throw refuse('id_token_too_large', { limit: MAX_ID_TOKEN_LENGTH })
  if (text === '') throw refuse('id_token_malformed', { reason: 'it is empty' })
  const decoded = decodeParts(text)
  // RFC 7515 section 4.1.11: what we do not understand must be refused. One such extension is an unencoded payload.
  if (decoded.header.crit !== undefined) {
    throw refuse('id_token_malformed', { reason: 'its header asks for extensions (crit)' })
  }
  return decoded
}

function decodeParts(text: string): Decoded {
  try {
    return { header: decodeProtectedHeader(text), payload: decodeJwt(text) }
  } catch {
    throw refuse('id_token_malformed', {
      reason: 'it is not three base64url parts of JSON joined by dots',
    })
  }
}

async function allowedIssuer(payload: JWTPayload, options: VerifyOptions): Promise<Issuer> {
  const named = textClaim(payload, 'iss')
  // An administrator may have registered the issuer of one organisation, and no other.
  for (const url of named === '' ? [] : new Set([named, countedIssuer(named)])) {
    const issuer = await options.findIssuer(url)
    if (issuer?.url === url) return issuer
  }
  throw refuse('issuer_unknown', {
    issuer: named.slice(0, 200),
    known: PROVIDERS.map((provider) => provider.label).join(' or '),
  })
}

async function checkSignature(
  text: string,
  header: Decoded['header'],
  issuer: Issuer,
  provider: Provider,
  keys: KeySets,
): Promise<void> {
  const algorithm = typeof header.alg === 'string' ? header.alg : ''
  if (!provider.algorithms.includes(algorithm)) {
    const allowed = provider.algorithms.join(' or ')
    throw refuse('algorithm_refused', {
      algorithm: algorithm.slice(0, 20),
      issuer: issuer.url,
      allowed,
    })
  }
  if (typeof header.kid !== 'string' || header.kid === '') throw refuse('key_id_missing', {})
  const key = await keys.key(issuer, header.kid, algorithm)
  try {
    await compactVerify(text, key, { algorithms: [algorithm] })
  } catch (error) {
    if (error instanceof JOSEError) throw refuse('signature_invalid', { issuer: issuer.url })
    throw error
  }
}

function checkTimes(payload: JWTPayload, provider: Provider, issuer: Issuer, now: number): void {
  const seconds = now / 1000
  const exp = requiredTime(payload, 'exp', issuer)
  const iat = requiredTime(payload, 'iat', issuer)
  if (exp + LEEWAY_SECONDS <= seconds) {
    throw refuse('id_token_expired', { expired: isoTime(exp), seconds: Math.round(seconds - exp) })
  }
  const nbf = payload.nbf === undefined ? iat : requiredTime(payload, 'nbf', issuer)
  for (const [claim, time] of [
    ['iat', iat],
    ['nbf', nbf],
  ] as const) {
    if (time - LEEWAY_SECONDS > seconds)
      throw refuse('id_token_not_yet_valid', { from: isoTime(time), claim })
  }
  if (exp - iat > provider.maxLifetime) {
    const limit = provider.maxLifetime
    throw refuse('lifetime_too_long', { lifetime: exp - iat, provider: provider.label, limit })
  }
}

function checkAudience(payload: JWTPayload, audiences: readonly string[]): void {
  const actual = payload.aud
  // A list is refused even if it holds the right value: such a token was made for somebody else as well.
  if (typeof actual === 'string' && actual !== '' && audiences.includes(actual)) return
  throw refuse('audience_mismatch', {
    actual: actual === undefined ? 'absent' : JSON.stringify(actual).slice(0, 200),
    expected: `"${audiences[0] ?? ''}"`,
  })
}

/** Of what is signed, not of the whole: a signature can have several spellings. */
function digestOf(text: string): string {
  const signed = text.slice(0, text.lastIndexOf('.'))
  return `sha256:${createHash('sha256').update(signed).digest('hex')}`
}

function required(payload: JWTPayload, claim: string, issuer: Issuer): string {
  const value = textClaim(payload, claim)
  if (value === '') throw refuse('claim_missing', { claim, issuer: issuer.url })
  return value
}

function requiredTime(payload: JWTPayload, claim: 'exp' | 'iat' | 'nbf', issuer: Issuer): number {
  const value: unknown = payload[claim]
  // A date past the year 9999 has no text form, and no clock says it.
  if (typeof value === 'number' && value > 0 && value < 253402300800) return value
  throw refuse('claim_missing', { claim, issuer: issuer.url })
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
