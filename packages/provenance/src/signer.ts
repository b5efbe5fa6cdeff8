import {
  type Assessment,
  assess,
  type Claims,
  findProvider,
  type Issuer,
  type ProviderId,
  type TrustedPublisher,
} from '@trustpub/identity'
import type { SigningCertificate } from './certificate.ts'
import { certificateClaims, unsaidClaims } from './claims.ts'
import { refuse } from './errors.ts'

/** Whom a certificate was issued to. */
export interface Signer {
  /** The issuer of the ID token that the certificate authority saw. */
  readonly issuer: string
  /** The subject alternative name: the address of the workflow file with its ref, or an e-mail address. */
  readonly subject: string
  /**
   * The extensions of the certificate, worded as the claims of the provider's ID token. A claim is absent if the
   * certificate does not say it. Empty without `provider`.
   */
  readonly claims: Claims
  /** The kind of CI behind the issuer, if it is a known one. */
  readonly provider?: ProviderId
}

const ISSUER = 8

/** The signer that a certificate names; `issuers` are those whose provider is known. */
export function signerOf(certificate: SigningCertificate, issuers: readonly Issuer[]): Signer {
  const issuer = certificate.extensions.get(ISSUER) ?? ''
  const subject = certificate.uri ?? certificate.email ?? ''
  const known = issuers.find(({ url }) => url === issuer)
  if (known === undefined) return { issuer, subject, claims: {} }
  const { provider } = known
  return { issuer, subject, claims: certificateClaims(provider, issuer, certificate), provider }
}

/**
 * Compares a signer with a trusted publisher by the rule of the exchange. Left out is what certificates do not say: the
 * environment (unless the certificate authority is a new one, which names it), for Google Cloud the account's number,
 * for CircleCI organization and contexts. That those were right is known from the exchange alone.
 */
export function checkSigner<P extends TrustedPublisher>(
  publisher: P,
  signer: Signer,
): Assessment<P> {
  const provider = findProvider(signer.provider ?? publisher.provider)
  const issuer = { url: signer.issuer, provider: provider.id, allowPrivateNetwork: false }
  const token = { issuer, provider, claims: signer.claims, jti: '', forgetAt: new Date(0) }
  const unsaid = unsaidClaims(provider.id, signer.claims)
  const { checks: all } = assess(publisher, token)
  const checks = all.filter(({ claim }) => !unsaid.includes(claim))
  const trusted = signer.provider !== undefined && checks.every(({ ok }) => ok)
  // The issuer alone is nobody.
  return { publisher, checks, trusted: trusted && checks.some(({ claim }) => claim !== 'iss') }
}

/**
 * Refuses a signer that {@link checkSigner} does not trust.
 * @throws Refusal `signer_unknown`, `signer_repository`, `signer_workflow`, `signer_refused`, with the comparisons
 */
export function requireSigner(publisher: TrustedPublisher, signer: Signer): void {
  const { checks, trusted } = checkSigner(publisher, signer)
  if (trusted) return
  const failed = checks.find((check) => !check.ok)
  const known = signer.provider === publisher.provider && signer.issuer === publisher.issuer
  if (failed === undefined || !known) {
    const { issuer } = signer
    throw refuse('signer_unknown', { issuer, expected: publisher.issuer }, checks)
  }
  const { claim, expected, actual } = failed
  const values = { claim, expected, actual: actual === '' ? 'absent' : actual }
  if (failed.code === 'repository_mismatch') throw refuse('signer_repository', values, checks)
  if (failed.code === 'workflow_mismatch') throw refuse('signer_workflow', values, checks)
  throw refuse('signer_refused', values, checks)
}
