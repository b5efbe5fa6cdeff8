import type { BundleWithDsseEnvelope } from '@sigstore/bundle'

/** A log's signature in a checkpoint, https://github.com/C2SP/C2SP/blob/main/signed-note.md; logs sign under their host's name. */
const LOG_SIGNATURE = /^\u2014 [A-Za-z0-9.:/_-]{1,255} [A-Za-z0-9+/=]+$/

/**
 * The bundle without the lines of its checkpoints that cannot be a log's signature. The verifying library uses
 * the name in such a line as a regular expression, and one made for the purpose would keep it busy for ever.
 */
export function withPlainCheckpoints(bundle: BundleWithDsseEnvelope): BundleWithDsseEnvelope {
  const material = bundle.verificationMaterial
  const tlogEntries = material.tlogEntries.map((entry) => {
    const proof = entry.inclusionProof
    if (proof?.checkpoint === undefined) return entry
    const envelope = plainCheckpoint(proof.checkpoint.envelope)
    return { ...entry, inclusionProof: { ...proof, checkpoint: { envelope } } }
  })
  return { ...bundle, verificationMaterial: { ...material, tlogEntries } } as BundleWithDsseEnvelope
}

/** The signed part as it is, and of the signatures those that can be a log's. */
export function plainCheckpoint(envelope: string): string {
  const end = envelope.indexOf('\n\n')
  if (end < 0) return ''
  const signatures = envelope
    .slice(end + 2)
    .split('\n')
    .filter((line) => LOG_SIGNATURE.test(line))
  return envelope.slice(0, end + 2) + signatures.map((line) => `${line}\n`).join('')
}
