import { type KeyObject, X509Certificate } from 'node:crypto'
import type { BundleWithDsseEnvelope } from '@sigstore/bundle'
import type { SignedEntity, TrustMaterial } from '@sigstore/verify'
import { readCertificate, type SigningCertificate } from './certificate.ts'
import { withPlainCheckpoints } from './checkpoints.ts'
import { refuse } from './errors.ts'
import { type RegistryKey, registryKey } from './registry-key.ts'
import { rememberEncoding } from './remembered.ts'
import { signingTimes } from './signing-times.ts'
import { refusalFor } from './verification-errors.ts'

/** The signature of a bundle, verified; what the bundle says was not looked at. */
export interface CheckedSignature {
  /** The earliest of the times that vouch for it. */
  readonly time: Date
  readonly certificate?: SigningCertificate
  readonly keyid?: string
}

/**
 * Verifies a signature: that it is the key's, that the key is a trusted authority's or a registry's, that it was
 * logged, and when. What the library would lump together is looked at before it, so that each cause has its refusal.
 * @throws Refusal
 */
export async function checkSignature(
  bundle: BundleWithDsseEnvelope,
  material: TrustMaterial,
  keys: readonly RegistryKey[],
): Promise<CheckedSignature> {
  const { toSignedEntity, Verifier } = await import('@sigstore/verify')
  const signed = readable(() => toSignedEntity(withPlainCheckpoints(bundle)))
  const signer = await readSigner(bundle, keys)
  if (!signed.signature.verifySignature(signer.key)) throw refuse('bundle_signature_invalid', {})
  if (signed.tlogEntries.length === 0) throw refuse('log_entry_missing', {})
  const times = signingTimes(signed)
  for (const time of times) signer.requireValid(time)
  const publicKey = (keyid: string) => registryKey(keys, keyid)
  try {
    new Verifier({ ...material, publicKey }).verify(signed)
  } catch (error) {
    throw refusalFor(error, bundle, material)
  }
  return { time: new Date(Math.min(...times.map(Number))), ...signer.found }
}

function readable(read: () => SignedEntity): SignedEntity {
  try {
    const signed = read()
    if (signed.key.$case === 'certificate') rememberEncoding(signed.key.certificate)
    return signed
  } catch {
    throw refuse('bundle_malformed', { reason: 'its certificate or timestamps cannot be read' })
  }
}

interface FoundSigner {
  readonly key: KeyObject
  readonly requireValid: (time: Date) => void
  readonly found: Omit<CheckedSignature, 'time'>
}

async function readSigner(
  { verificationMaterial: { content } }: BundleWithDsseEnvelope,
  keys: readonly RegistryKey[],
): Promise<FoundSigner> {
  switch (content.$case) {
    case 'publicKey':
      return keySigner(content.publicKey.hint, keys)
    case 'certificate':
      return certificateSigner(Buffer.from(content.certificate.rawBytes))
    case 'x509CertificateChain':
      return certificateSigner(
        Buffer.from(content.x509CertificateChain.certificates[0]?.rawBytes ?? []),
      )
  }
}

function keySigner(keyid: string, keys: readonly RegistryKey[]): FoundSigner {
  const { publicKey, expires, validFor } = registryKey(keys, keyid)
  const requireValid = (time: Date) => {
    if (validFor(time)) return
    throw refuse('signing_key_expired', { keyid, expires: `${expires}`, time: time.toISOString() })
  }
  return { key: publicKey, requireValid, found: { keyid } }
}

/** The extended key usage of certificates that sign, RFC 5280 section 4.2.1.12. */
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3'

async function certificateSigner(der: Buffer<ArrayBuffer>): Promise<FoundSigner> {
  const certificate = await readCertificate(der)
  const { keyUsage, publicKey } = new X509Certificate(der)
  if (!keyUsage?.includes(CODE_SIGNING))
    throw refuse('certificate_malformed', { reason: 'it is not for signing (extended key usage)' })
  const { from, until } = certificate
  const requireValid = (time: Date) => {
    if (from <= time && time <= until) return
    const values = { from: from.toISOString(), until: until.toISOString() }
    throw refuse('certificate_expired', { ...values, time: time.toISOString() })
  }
  return { key: publicKey, requireValid, found: { certificate } }
}
