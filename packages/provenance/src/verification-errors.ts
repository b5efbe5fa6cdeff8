import type { BundleWithDsseEnvelope } from '@sigstore/bundle'
import type { TrustMaterial, VerificationError } from '@sigstore/verify'
import { Refusal } from '@trustpub/identity'
import { refuse } from './errors.ts'

/** What the library says of a certificate without a trusted chain; its other complaints are about the proof of logging. */
const NO_CHAIN = 'Failed to verify certificate chain'

/** The refusal for what the verifying library threw. */
export function refusalFor(
  error: unknown,
  bundle: BundleWithDsseEnvelope,
  { tlogs }: TrustMaterial,
): Refusal {
  if (error instanceof Refusal) return error
  const { name, message, code } = error as VerificationError
  if (name !== 'VerificationError')
    return refuse('bundle_malformed', {
      reason: 'its certificates, proofs or times cannot be read',
    })
  switch (code) {
    case 'CERTIFICATE_ERROR':
      return message === NO_CHAIN
        ? refuse('certificate_untrusted', {})
        : refuse('certificate_not_logged', {})
    case 'TIMESTAMP_ERROR':
      return refuse('timestamp_invalid', {})
    case 'SIGNATURE_ERROR':
      return refuse('bundle_signature_invalid', {})
    default:
      return unknownLog(bundle, tlogs) ?? refuse('log_entry_invalid', { reason: message })
  }
}

/** A log that is not trusted is the likeliest cause, and says more than the check that failed. */
function unknownLog(
  bundle: BundleWithDsseEnvelope,
  tlogs: TrustMaterial['tlogs'],
): Refusal | undefined {
  const ids = bundle.verificationMaterial.tlogEntries.flatMap(({ logId }) => logId?.keyId ?? [])
  const foreign = ids.find((id) => !tlogs.some(({ logID }) => logID.equals(id)))
  return foreign && refuse('log_unknown', { log: foreign.toString('hex').slice(0, 64) })
}
