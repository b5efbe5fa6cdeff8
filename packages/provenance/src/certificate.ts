import type { X509Certificate } from '@sigstore/core'
import { refuse } from './errors.ts'

/** What is read from a signing certificate. */
export interface SigningCertificate {
  readonly from: Date
  readonly until: Date
  /** Subject alternative names; Fulcio writes exactly one of the two. */
  readonly uri: string | undefined
  readonly email: string | undefined
  /** Fulcio's extensions by the last number of their OID, 8 and up: https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md */
  readonly extensions: ReadonlyMap<number, string>
}

const FULCIO_ARC = '1.3.6.1.4.1.57264.1.'
/** Those before are raw text, which since 2023 the later ones repeat properly encoded. */
const FIRST_ENCODED = 8
const LAST_KNOWN = 24
const ISSUER = 8
/** What a raw one says is said later by: issuer, trigger, commit, ref. Only GitHub's jobs had certificates then. */
const RAW: readonly [raw: number, encoded: number][] = [
  [1, ISSUER],
  [2, 20],
  [3, 13],
  [6, 14],
]

/**
 * Reads a certificate, DER. It is not verified here.
 * @throws Refusal `certificate_malformed`
 */
export async function readCertificate(der: Buffer<ArrayBuffer>): Promise<SigningCertificate> {
  const { X509Certificate } = await import('@sigstore/core')
  try {
    const certificate = X509Certificate.parse(der)
    const names = certificate.extSubjectAltName
    return {
      from: certificate.notBefore,
      until: certificate.notAfter,
      uri: names?.uri,
      email: names?.rfc822Name,
      extensions: fulcioExtensions(certificate),
    }
  } catch {
    throw refuse('certificate_malformed', { reason: 'it is not X.509 in DER' })
  }
}

function fulcioExtensions(certificate: X509Certificate): Map<number, string> {
  const found = new Map<number, string>()
  for (let id = FIRST_ENCODED; id <= LAST_KNOWN; id += 1) {
    const extension = certificate.extension(FULCIO_ARC + id)
    const text = extension === undefined ? '' : utf8Text(extension.value)
    if (text !== '') found.set(id, text)
  }
  return found.has(ISSUER) ? found : rawExtensions(certificate)
}

/** The extensions of a certificate from before 2023, under the numbers that they have now. */
function rawExtensions(certificate: X509Certificate): Map<number, string> {
  const text = (id: number) => certificate.extension(FULCIO_ARC + id)?.value.toString('utf8') ?? ''
  const found = new Map(RAW.map(([raw, encoded]) => [encoded, text(raw)]))
  const repository = text(5)
  if (repository !== '') found.set(12, `https://github.com/${repository}`)
  return found
}

const UTF8_STRING = 0x0c

/** The text of a DER UTF8String; the empty text, which matches nothing, for everything else. */
export function utf8Text(der: Uint8Array): string {
  const [tag, first] = der
  if (tag !== UTF8_STRING || first === undefined) return ''
  const sizeBytes = first < 0x80 ? 0 : first & 0x7f
  if (sizeBytes > 2) return ''
  const start = 2 + sizeBytes
  const size = der.subarray(2, start).reduce((sum, byte) => sum * 256 + byte, 0)
  const length = sizeBytes === 0 ? first : size
  if (der.length !== start + length) return ''
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(der.subarray(start))
  } catch {
    return ''
  }
}
