import { type Issuer, PUBLIC_ISSUERS } from '@trustpub/identity'
import { requireAgreement } from './agree.ts'
import type { Bundle } from './bundle.ts'
import { checkSignature } from './check-signature.ts'
import { readBundle } from './read-bundle.ts'
import { readStatement, requireSubject } from './read-statement.ts'
import type { RegistryKey } from './registry-key.ts'
import { type Signer, signerOf } from './signer.ts'
import type { Statement, Subject } from './statement.ts'
import type { Trust } from './trust.ts'

export type { RegistryKey } from './registry-key.ts'

export interface VerifyOptions {
  /** The file that the statement must be about: its name, and every digest given here. */
  readonly subject?: Subject
  /** For bundles signed with a registry's key. Without them such bundles are refused. */
  readonly keys?: readonly RegistryKey[]
  /** Accepted predicate types; all of `PREDICATE_TYPES` by default. */
  readonly predicateTypes?: readonly string[]
  /** Issuers whose certificates can be worded as claims; the public ones by default. */
  readonly issuers?: readonly Issuer[]
}

/** A bundle of which everything was verified. */
export interface Verified {
  readonly statement: Statement
  /** Who signed, for a bundle with a certificate. */
  readonly signer?: Signer
  /** The registry's key, for a bundle without. */
  readonly keyid?: string
  /** When it was signed, as the log or a timestamp authority says. */
  readonly time: Date
  /** Where in the log it is. */
  readonly logIndex: string
  /** What was verified and nothing else; store this and not what was sent. */
  readonly bundle: Bundle
}

/**
 * Verifies a bundle, given as JSON text or parsed: certificate chain, certificate log, transparency log, times,
 * signature, and that the statement is about one subject, the given one. Whether the signer may publish is another
 * question: `requireSigner`.
 * @throws Refusal with a code of provenance's error table for each cause
 */
export async function verifyBundle(
  bundle: unknown,
  trust: Trust,
  options: VerifyOptions = {},
): Promise<Verified> {
  const parsed = await readBundle(bundle)
  const { time, certificate, keyid } = await checkSignature(
    parsed,
    trust.material,
    options.keys ?? [],
  )
  const { payloadType, payload } = parsed.content.dsseEnvelope
  const statement = readStatement(payloadType, payload, options.predicateTypes)
  if (options.subject !== undefined) requireSubject(statement, options.subject)
  const signer = certificate && signerOf(certificate, options.issuers ?? PUBLIC_ISSUERS)
  if (signer !== undefined) requireAgreement(statement, signer)
  const { bundleToJSON } = await import('@sigstore/bundle')
  return {
    statement,
    ...(signer && { signer }),
    ...(keyid !== undefined && { keyid }),
    time,
    logIndex: parsed.verificationMaterial.tlogEntries[0]?.logIndex ?? '',
    bundle: bundleToJSON(parsed),
  }
}
