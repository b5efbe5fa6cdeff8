import { createHmac, createPublicKey } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Claims } from './check.ts'
import { Refusal } from './errors.ts'
import type { Issuer } from './issuer.ts'
import { KeySets } from './keys.ts'
import { type DevelopmentIssuer, startDevelopmentIssuer } from './testing/development-issuer.ts'
import { LEEWAY_SECONDS, MAX_ID_TOKEN_LENGTH, verifyIdToken } from './verify.ts'

const AUDIENCE = 'npm:registry.example'
const NOW = 1_800_000_000
const issuer: Issuer = {
  url: 'https://token.actions.githubusercontent.com',
  provider: 'github',
  allowPrivateNetwork: false,
}
const claims = { jti: 'one', iat: NOW, nbf: NOW - 300, exp: NOW + 300, repository: 'acme/widget' }

let development: DevelopmentIssuer
let keys: KeySets

beforeAll(async () => {
  development = await startDevelopmentIssuer({ issuer: issuer.url })
  keys = new KeySets({ fetch: development.fetchJson })
})
afterAll(() => development.close())

const verify = (text: string, now = NOW) =>
  verifyIdToken(text, {
    findIssuer: async (url) => (url === issuer.url ? issuer : undefined),
    keys,
    audiences: [AUDIENCE, 'registry.example'],
    now: now * 1000,
  })
const sign = (changed: Claims = {}) => development.sign({ ...claims, ...changed }, AUDIENCE)
const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const refused = (code: string, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) })

async function publicJwk() {
  const document = await development.fetchJson(new URL(`${issuer.url}/.well-known/jwks`), false)
  return (document as { keys: [Record<string, string>] }).keys[0]
}

describe('verifyIdToken', () => {
  it('accepts what the issuer signed, for any of its audiences', async () => {
    const token = await verify(await sign())
    expect(token).toMatchObject({ issuer, jti: 'one', claims: { repository: 'acme/widget' } })
    expect(token.provider.id).toBe('github')
    expect(token.forgetAt).toEqual(new Date((NOW + 300 + LEEWAY_SECONDS) * 1000))
    await expect(verify(await development.sign(claims, 'registry.example'))).resolves.toBeDefined()
  })
})
