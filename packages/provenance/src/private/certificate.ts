import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto'
import * as der from './der.ts'

/** Every key of ours is P-256, so every signature is this. */
export const ECDSA_SHA256: Buffer = der.sequence(der.oid('1.2.840.10045.4.3.2'))

const ORGANIZATION = '2.5.4.10'
const COMMON_NAME = '2.5.4.3'

/** Bytes of a random serial number; RFC 5280 section 4.1.2.2 allows 20. */
const SERIAL_BYTES = 16

/** A name of two parts, as Sigstore's authorities have. */
export interface Name {
  readonly organization: string
  readonly commonName: string
}

export interface Extension {
  readonly oid: string
  readonly critical?: boolean
  /** What stands in the extension's OCTET STRING. */
  readonly value: Uint8Array
}

/** Everything of a certificate but its signature. */
export interface CertificateContent {
  readonly serial: bigint
  readonly issuer: Name
  /** Absent in certificates for jobs: those are named by their subjectAltName. */
  readonly subject?: Name
  readonly notBefore: Date
  readonly notAfter: Date
  readonly publicKey: KeyObject
  readonly extensions: readonly Extension[]
}

/** A serial number that nobody can guess and no other certificate has. */
export function newSerial(): bigint {
  return BigInt(`0x${randomBytes(SERIAL_BYTES).toString('hex')}`)
}

/** An X.509 version 3 certificate in DER (RFC 5280), signed with ECDSA and SHA-256. */
export function signCertificate(content: CertificateContent, signingKey: KeyObject): Buffer {
  const toBeSigned = encodeContent(content)
  const signature = sign('sha256', toBeSigned, signingKey)
  return der.sequence(toBeSigned, ECDSA_SHA256, der.bits(signature))
}

/** The TBSCertificate: what is signed, and without the extension for it also what a certificate log signs. */
export function encodeContent(content: CertificateContent): Buffer {
  return der.sequence(
    der.explicit(0, der.integer(2)),
    der.integer(content.serial),
    ECDSA_SHA256,
    encodeName(content.issuer),
    der.sequence(der.time(content.notBefore), der.time(content.notAfter)),
    content.subject === undefined ? der.sequence() : encodeName(content.subject),
    publicKeyInfo(content.publicKey),
    der.explicit(3, der.sequence(...content.extensions.map(encodeExtension))),
  )
}

export function encodeName({ organization, commonName }: Name): Buffer {
  const part = (type: string, text: string) => der.set(der.sequence(der.oid(type), der.utf8(text)))
  return der.sequence(part(ORGANIZATION, organization), part(COMMON_NAME, commonName))
}

function encodeExtension({ oid, critical, value }: Extension): Buffer {
  const flag = critical === true ? [der.boolean(true)] : []
  return der.sequence(der.oid(oid), ...flag, der.octets(value))
}

/** The SubjectPublicKeyInfo in DER. */
export function publicKeyInfo(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' })
}

/** The extensions of an authority that signs certificates. */
export function authorityExtensions(publicKey: KeyObject): Extension[] {
  return [
    { oid: '2.5.29.19', critical: true, value: der.sequence(der.boolean(true)) },
    // keyCertSign and cRLSign: bits 5 and 6.
    { oid: '2.5.29.15', critical: true, value: der.bits(Buffer.from([0x06]), 1) },
    subjectKey(publicKey),
  ]
}

/** The extensions of a certificate that may only do one thing, such as sign code or timestamps. */
export function leafExtensions(
  publicKey: KeyObject,
  issuerKey: KeyObject,
  purpose: { readonly oid: string; readonly critical: boolean },
): Extension[] {
  return [
    // digitalSignature: bit 0.
    { oid: '2.5.29.15', critical: true, value: der.bits(Buffer.from([0x80]), 7) },
    { oid: '2.5.29.37', critical: purpose.critical, value: der.sequence(der.oid(purpose.oid)) },
    subjectKey(publicKey),
    { oid: '2.5.29.35', value: der.sequence(der.implicit(0, keyIdentifier(issuerKey))) },
  ]
}

function subjectKey(publicKey: KeyObject): Extension {
  return { oid: '2.5.29.14', value: der.octets(keyIdentifier(publicKey)) }
}

function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1').update(publicKeyInfo(key)).digest()
}
