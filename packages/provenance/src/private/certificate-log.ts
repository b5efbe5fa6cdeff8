import { createHash, type KeyObject, sign } from 'node:crypto'
import {
  type CertificateContent,
  type Extension,
  encodeContent,
  publicKeyInfo,
} from './certificate.ts'
import * as der from './der.ts'
import { type KeyPair, logId } from './keys.ts'

/** The list of signed certificate timestamps inside a certificate (RFC 6962 section 3.3). */
const TIMESTAMP_LIST = '1.3.6.1.4.1.11129.2.4.2'

const VERSION_1 = 0
const CERTIFICATE_TIMESTAMP = 0
const PRECERTIFICATE = 1
/** SHA-256 with ECDSA, as TLS 1.2 numbers them. */
const SIGNATURE_ALGORITHM = [4, 3]

/**
 * What a certificate transparency log gives for a certificate about to be issued: a signed timestamp, as the extension
 * that goes into it. Nothing is kept, since nobody reads this log.
 */
export function certificateTimestamp(
  content: CertificateContent,
  issuerKey: KeyObject,
  log: KeyPair,
  now: Date,
): Extension {
  const at = uint(8, now.getTime())
  const toBeSigned = encodeContent(content)
  const signed = Buffer.concat([
    Buffer.from([VERSION_1, CERTIFICATE_TIMESTAMP]),
    at,
    uint(2, PRECERTIFICATE),
    createHash('sha256').update(publicKeyInfo(issuerKey)).digest(),
    sized(3, toBeSigned),
    NO_EXTENSIONS,
  ])
  const timestamp = Buffer.concat([
    Buffer.from([VERSION_1]),
    logId(log.publicKey),
    at,
    NO_EXTENSIONS,
    Buffer.from(SIGNATURE_ALGORITHM),
    sized(2, sign('sha256', signed, log.privateKey)),
  ])
  return { oid: TIMESTAMP_LIST, value: der.octets(sized(2, sized(2, timestamp))) }
}

/** A number in so many bytes, the highest first (RFC 5246 section 4). */
function uint(bytes: number, value: number): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeBigUInt64BE(BigInt(value))
  return buffer.subarray(8 - bytes)
}

/** Content with its length before it. */
function sized(bytes: number, content: Buffer): Buffer {
  return Buffer.concat([uint(bytes, content.length), content])
}

const NO_EXTENSIONS: Buffer = uint(2, 0)
