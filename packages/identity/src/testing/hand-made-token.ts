import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { Claims } from '../check.ts'
import type { Issuer } from '../issuer.ts'
import { KeySets } from '../keys.ts'
import { type IdToken, verifyIdToken } from '../verify.ts'

/** Audience of the hand-made tokens, which may hold what no honest serializer writes. */
export const AUDIENCE = 'npm:registry.example'
/** The moment of verification, in seconds since the epoch. */
export const NOW = 1_800_000_000

export const issuer: Issuer = {
  url: 'https://token.actions.githubusercontent.com',
  provider: 'github',
  allowPrivateNetwork: false,
}

/** Claims that are accepted as they are. */
export const claims: Claims = {
  iss: issuer.url,
  aud: AUDIENCE,
  jti: 'one',
  iat: NOW,
  nbf: NOW - 300,
  exp: NOW + 300,
  repository: 'acme/widget',
}
export const HEADER: Readonly<Record<string, unknown>> = { alg: 'RS256', typ: 'JWT', kid: 'known' }

interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}
export const own: KeyPair = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const foreign: KeyPair = generateKeyPairSync('rsa', { modulusLength: 2048 })

export const keys: KeySets = new KeySets({
  fetch: async ({ pathname }) =>
    pathname === '/jwks'
      ? { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'known' }] }
      : { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` },
})

export const findIssuer = async (url: string): Promise<Issuer | undefined> =>
  url === issuer.url ? issuer : undefined

export function verify(text: string): Promise<IdToken> {
  const audiences = [AUDIENCE, 'second']
  return verifyIdToken(text, { findIssuer, keys, audiences, now: NOW * 1000 })
}

/** One part of a token; text stands for JSON that is already written. */
export function encode(value: unknown): string {
  const json = typeof value === 'string' ? value : JSON.stringify(value)
  return Buffer.from(json).toString('base64url')
}

export function sign(
  payload: unknown,
  header: unknown = HEADER,
  key: KeyObject = own.privateKey,
): string {
  const signed = `${encode(header)}.${encode(payload)}`
  return `${signed}.${createSign('sha256').update(signed).sign(key).toString('base64url')}`
}

/** The accepted claims with some changed; `undefined` leaves one out. */
export function withClaims(changed: Claims): string {
  return sign({ ...claims, ...changed })
}
