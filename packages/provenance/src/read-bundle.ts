import type { BundleWithDsseEnvelope, Bundle as ParsedBundle } from '@sigstore/bundle'
import { readsQuickly } from './der-effort.ts'
import { refuse } from './errors.ts'

/** No bundle is larger: npm's are about 10 kB, GitLab's 20; the statements of large builds stay below 200. */
export const MAX_BUNDLE_BYTES: number = 1024 * 1024
/** Each costs a signature check or two. Real bundles have one; a signature in several logs at once is imaginable. */
const MAX_PROOFS = 4
/** Certificates and timestamps have about 2 kB, checkpoints less than 1. They are parsed before anything is verified. */
const MAX_PART_BYTES = 16 * 1024

const VERSIONS: readonly string[] = [
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
  'application/vnd.dev.sigstore.bundle.v0.3+json',
]

/**
 * Reads a bundle, JSON text or parsed, within bounds. Nothing in it is verified yet.
 * @throws Refusal `bundle_too_large`, `bundle_malformed`, `bundle_version_unknown`
 */
export async function readBundle(input: unknown): Promise<BundleWithDsseEnvelope> {
  const text = textOf(input)
  if (Buffer.byteLength(text) > MAX_BUNDLE_BYTES)
    throw refuse('bundle_too_large', { limit: MAX_BUNDLE_BYTES })
  const json = parse(text)
  const { mediaType } = json
  if (typeof mediaType !== 'string' || !VERSIONS.includes(mediaType)) {
    throw refuse('bundle_version_unknown', { mediaType: String(mediaType).slice(0, 100) })
  }
  const bundle = await parsed(json)
  if (bundle.content.$case !== 'dsseEnvelope')
    throw malformed('it signs a file (messageSignature), not a statement about one (dsseEnvelope)')
  checkBounds(bundle)
  return bundle as BundleWithDsseEnvelope
}

function textOf(input: unknown): string {
  if (typeof input === 'string') return input
  if (Buffer.isBuffer(input)) return input.toString('utf8')
  try {
    return JSON.stringify(input) ?? ''
  } catch {
    throw malformed('it cannot be written as JSON')
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(text)
    if (typeof json === 'object' && json !== null && !Array.isArray(json))
      return json as Record<string, unknown>
  } catch {
    throw malformed('it is not JSON')
  }
  throw malformed('it is not an object')
}

async function parsed(json: unknown): Promise<ParsedBundle> {
  const { bundleFromJSON, ValidationError } = await import('@sigstore/bundle')
  try {
    return bundleFromJSON(json)
  } catch (error) {
    if (error instanceof ValidationError)
      throw malformed(`these are missing or wrong: ${error.fields.join(', ').slice(0, 300)}`)
    throw malformed('its parts have wrong types')
  }
}

/** Everything that the library parses before it verifies anything. */
function checkBounds({ verificationMaterial: material }: ParsedBundle): void {
  const { content, tlogEntries } = material
  const timestamps = material.timestampVerificationData?.rfc3161Timestamps ?? []
  if (tlogEntries.length > MAX_PROOFS || timestamps.length > MAX_PROOFS)
    throw malformed(`it has more than ${MAX_PROOFS} log entries or timestamps`)
  const der = timestamps.map(({ signedTimestamp }) => signedTimestamp)
  if (content.$case === 'certificate') der.push(content.certificate.rawBytes)
  if (content.$case === 'x509CertificateChain')
    der.push(...content.x509CertificateChain.certificates.map(({ rawBytes }) => rawBytes))
  const proofs = tlogEntries.flatMap(({ inclusionProof: proof }) => [
    proof?.checkpoint?.envelope ?? '',
    proof?.logIndex ?? '',
  ])
  if ([...der, ...proofs].some(({ length }) => length > MAX_PART_BYTES))
    throw malformed(`a certificate, timestamp or proof is larger than ${MAX_PART_BYTES} bytes`)
  if (!der.every(readsQuickly)) throw malformed('a certificate or timestamp is nested too deeply')
}

function malformed(reason: string): Error {
  return refuse('bundle_malformed', { reason })
}
