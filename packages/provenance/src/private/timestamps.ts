import { createHash, sign } from 'node:crypto'
import { ASN1Obj } from '@sigstore/core'
import { type Authority, newAuthority } from './authority.ts'
import {
  ECDSA_SHA256,
  encodeName,
  leafExtensions,
  type Name,
  newSerial,
  signCertificate,
} from './certificate.ts'
import * as der from './der.ts'
import { reading } from './errors.ts'
import { newKeyPair } from './keys.ts'

const SERVICE = 'timestamps'

const HASHES: Readonly<Record<string, string>> = {
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
}
const SHA256: Buffer = der.sequence(der.oid(HASHES.sha256 ?? ''))

/** Sigstore's policy for timestamps, in its own arc. */
const POLICY = '1.3.6.1.4.1.57264.2'
const TIME_STAMPING = { oid: '1.3.6.1.5.5.7.3.8', critical: true }
const SIGNED_DATA = '1.2.840.113549.1.7.2'
const TIMESTAMP_INFO = '1.2.840.113549.1.9.16.1.4'

/** A timestamp authority: the signer's certificate and that of the authority behind it. */
export interface TimestampAuthority {
  readonly signer: Authority & { readonly serial: bigint }
  readonly authority: Authority
}

export function newTimestampAuthority(
  names: { readonly authority: Name; readonly signer: Name },
  validity: { from: Date; until: Date },
): TimestampAuthority {
  const authority = newAuthority(names.authority, validity)
  const keys = newKeyPair()
  const serial = newSerial()
  const content = {
    serial,
    issuer: authority.name,
    subject: names.signer,
    notBefore: validity.from,
    notAfter: validity.until,
    publicKey: keys.publicKey,
    extensions: leafExtensions(keys.publicKey, authority.keys.publicKey, TIME_STAMPING),
  }
  const certificate = signCertificate(content, authority.keys.privateKey)
  return { signer: { name: names.signer, keys, certificate, serial }, authority }
}

/**
 * Answers `POST /api/v1/timestamp` with a TimeStampResp (RFC 3161): for a request in DER, or in the JSON of Sigstore's
 * timestamp authority.
 * @throws Refusal
 */
export function answerTimestamp(
  authority: TimestampAuthority,
  body: Buffer<ArrayBuffer>,
  contentType: string,
  now: Date,
): Buffer {
  const request = reading(SERVICE, () =>
    contentType.includes('json') ? fromJson(body.toString()) : fromDer(body),
  )
  const info = der.sequence(
    der.integer(1),
    der.oid(POLICY),
    request.imprint,
    der.integer(newSerial()),
    der.generalizedTime(now),
    ...request.nonce,
  )
  const granted = der.sequence(der.integer(0))
  return der.sequence(
    granted,
    signedData(authority.signer, authority.authority, info, request.withCertificate, now),
  )
}

interface Request {
  /** The MessageImprint as it goes back. */
  readonly imprint: Buffer
  readonly nonce: readonly Buffer[]
  readonly withCertificate: boolean
}

function fromJson(text: string): Request {
  const { hashAlgorithm, artifactHash, nonce, certificates } = JSON.parse(text) as {
    readonly hashAlgorithm: string
    readonly artifactHash: string
    readonly nonce?: number
    readonly certificates?: boolean
  }
  const algorithm = HASHES[hashAlgorithm]
  if (algorithm === undefined) throw new TypeError(`hashAlgorithm is ${hashAlgorithm}`)
  const digest = Buffer.from(artifactHash, 'base64')
  return {
    imprint: der.sequence(der.sequence(der.oid(algorithm)), der.octets(digest)),
    nonce: nonce === undefined ? [] : [der.integer(nonce)],
    withCertificate: certificates === true,
  }
}

function fromDer(body: Buffer<ArrayBuffer>): Request {
  const [version, imprint, ...options] = ASN1Obj.parseBuffer(body).subs
  if (version?.toInteger() !== 1n || imprint === undefined)
    throw new TypeError('it is no TimeStampReq of version 1')
  const nonce = options.find(({ tag }) => tag.isInteger())
  return {
    imprint: imprint.toDER(),
    nonce: nonce === undefined ? [] : [nonce.toDER()],
    withCertificate: options.find(({ tag }) => tag.isBoolean())?.toBoolean() ?? false,
  }
}

/** A ContentInfo with SignedData (RFC 5652) and the attributes that RFC 3161 section 2.4.2 wants. */
function signedData(
  signer: TimestampAuthority['signer'],
  authority: Authority,
  info: Buffer,
  withCertificate: boolean,
  now: Date,
): Buffer {
  const attributes = [
    attribute('1.2.840.113549.1.9.3', der.oid(TIMESTAMP_INFO)),
    attribute('1.2.840.113549.1.9.5', der.time(now)),
    attribute('1.2.840.113549.1.9.4', der.octets(sha256(info))),
    // signingCertificateV2 (RFC 5816): the hash of the signer's certificate.
    attribute(
      '1.2.840.113549.1.9.16.2.47',
      der.sequence(der.sequence(der.sequence(der.octets(sha256(signer.certificate))))),
    ),
  ].toSorted(Buffer.compare)
  const signerInfo = der.sequence(
    der.integer(1),
    der.sequence(encodeName(authority.name), der.integer(signer.serial)),
    SHA256,
    der.explicit(0, Buffer.concat(attributes)),
    ECDSA_SHA256,
    // What is signed carries the tag of a SET, not the one it has in the structure.
    der.octets(sign('sha256', der.set(...attributes), signer.keys.privateKey)),
  )
  const content = der.sequence(
    der.integer(3),
    der.set(SHA256),
    der.sequence(der.oid(TIMESTAMP_INFO), der.explicit(0, der.octets(info))),
    ...(withCertificate ? [der.explicit(0, signer.certificate)] : []),
    der.set(signerInfo),
  )
  return der.sequence(der.oid(SIGNED_DATA), der.explicit(0, content))
}

function attribute(type: string, value: Buffer): Buffer {
  return der.sequence(der.oid(type), der.set(value))
}

function sha256(content: Buffer): Buffer {
  return createHash('sha256').update(content).digest()
}
