import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { publicKeyInfo } from './certificate.ts'

export interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** A new P-256 key pair: what Sigstore's clients expect of every service. */
export function newKeyPair(): KeyPair {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

/** How logs are known (RFC 6962 section 3.2): the SHA-256 of their public key. */
export function logId(key: KeyObject): Buffer {
  return createHash('sha256').update(publicKeyInfo(key)).digest()
}
