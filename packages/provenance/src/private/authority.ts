import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { ASN1Obj, pem } from '@sigstore/core'
import {
  authorityExtensions,
  type CertificateContent,
  leafExtensions,
  type Name,
  newSerial,
  signCertificate,
} from './certificate.ts'
import { certificateTimestamp } from './certificate-log.ts'
import { reading, refuse } from './errors.ts'
import { type CertifiableToken, certifiedIdentity, identityExtensions } from './identities.ts'
import { type KeyPair, newKeyPair } from './keys.ts'

/** As Sigstore's: long enough to sign once, too short to be worth stealing. */
const CERTIFICATE_MS = 10 * 60_000

const CODE_SIGNING = { oid: '1.3.6.1.5.5.7.3.3', critical: false }

const SERVICE = 'signing certificates'

/** Verifies an ID token for the audience `sigstore`. @throws Refusal */
export type VerifyIdToken = (idToken: string) => Promise<CertifiableToken>

/** An authority's own certificate and the key behind it. */
export interface Authority {
  readonly name: Name
  readonly keys: KeyPair
  /** DER. */
  readonly certificate: Buffer
}

/** A new authority with a certificate signed by itself. */
export function newAuthority(name: Name, validity: { from: Date; until: Date }): Authority {
  const keys = newKeyPair()
  const content = {
    serial: newSerial(),
    issuer: name,
    subject: name,
    notBefore: validity.from,
    notAfter: validity.until,
    publicKey: keys.publicKey,
    extensions: authorityExtensions(keys.publicKey),
  }
  return { name, keys, certificate: signCertificate(content, keys.privateKey) }
}

export interface CertificateAuthority extends Authority {
  readonly certificateLog: KeyPair
}

/**
 * Answers `POST /api/v2/signingCert` of Sigstore's certificate authority: a certificate for the job that the ID token
 * names and the key that the request proves to hold.
 * @throws Refusal
 */
export async function issueCertificate(
  authority: CertificateAuthority,
  verifyIdToken: VerifyIdToken,
  { body, authorization }: { readonly body: Buffer; readonly authorization: string },
  now: Date,
): Promise<unknown> {
  const bearer = authorization.replace(/^bearer /i, '')
  const request = reading(SERVICE, () => parseRequest(JSON.parse(body.toString()), bearer))
  const token = await verifyIdToken(request.idToken)
  const publicKey = provenKey(request, token)
  const identity = certifiedIdentity(token)
  if (identity === undefined) throw refuse('identity_unnamed', { issuer: token.issuer.url })
  const unlogged: CertificateContent = {
    serial: newSerial(),
    issuer: authority.name,
    notBefore: now,
    notAfter: new Date(now.getTime() + CERTIFICATE_MS),
    publicKey,
    extensions: [
      ...leafExtensions(publicKey, authority.keys.publicKey, CODE_SIGNING),
      ...identityExtensions(identity),
    ],
  }
  const { keys, certificateLog } = authority
  const timestamp = certificateTimestamp(unlogged, keys.publicKey, certificateLog, now)
  const content = { ...unlogged, extensions: [...unlogged.extensions, timestamp] }
  const chain = [signCertificate(content, keys.privateKey), authority.certificate]
  const certificates = chain.map((certificate) => pem.fromDER(certificate))
  return { signedCertificateEmbeddedSct: { chain: { certificates } } }
}

interface Request {
  readonly idToken: string
  readonly key: KeyObject
  /** What must be signed by the key: given in a certificate signing request, otherwise the token's subject. */
  readonly signed?: Buffer
  readonly signature: Buffer
}

function parseRequest(
  request: {
    readonly credentials?: { readonly oidcIdentityToken: string }
    readonly publicKeyRequest?: {
      readonly publicKey: { readonly content: string }
      readonly proofOfPossession: string
    }
    readonly certificateSigningRequest?: string
  },
  bearer: string,
): Request {
  const { credentials, publicKeyRequest, certificateSigningRequest } = request
  const idToken = String(credentials?.oidcIdentityToken ?? bearer)
  if (publicKeyRequest === undefined)
    return { idToken, ...parseSigningRequest(String(certificateSigningRequest)) }
  return {
    idToken,
    key: certifiable(createPublicKey(publicKeyRequest.publicKey.content)),
    signature: Buffer.from(publicKeyRequest.proofOfPossession, 'base64'),
  }
}

/** PKCS #10 (RFC 2986), which cosign and sigstore-python send: PEM, in base64 once more. */
function parseSigningRequest(text: string): Omit<Request, 'idToken'> {
  const whole = ASN1Obj.parseBuffer(pem.toDER(Buffer.from(text, 'base64').toString()))
  const [information, , signature] = whole.subs
  const key = information?.subs[2]?.toDER()
  if (information === undefined || signature === undefined || key === undefined)
    throw new TypeError('it holds neither a public key nor a signing request')
  return {
    key: certifiable(createPublicKey({ key, format: 'der', type: 'spki' })),
    signed: information.toDER(),
    // The first byte of a BIT STRING counts unused bits.
    signature: signature.value.subarray(1),
  }
}

/** Others sign without a digest of their own, which would need another way to verify. */
function certifiable(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType === 'ec' || key.asymmetricKeyType === 'rsa') return key
  throw new TypeError(`its key is of type ${key.asymmetricKeyType}, not ECDSA or RSA`)
}

function provenKey({ key, signed, signature }: Request, { claims }: CertifiableToken): KeyObject {
  const names = [claims.email, claims.sub].filter((claim) => typeof claim === 'string')
  const challenges = signed === undefined ? names.map((name) => Buffer.from(name)) : [signed]
  if (challenges.some((challenge) => verify('sha256', challenge, key, signature))) return key
  throw refuse('possession_unproven', { subject: String(claims.sub) })
}
