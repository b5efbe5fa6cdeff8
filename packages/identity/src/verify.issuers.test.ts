import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Claims } from './check.ts'
import type { Issuer } from './issuer.ts'
import { KeySets } from './keys.ts'
import { circleci } from './providers/circleci.ts'
import { google } from './providers/google.ts'
import { countedIssuer, PUBLIC_ISSUERS } from './registered.ts'
import { AUDIENCE, foreign, NOW, own, sign } from './testing/hand-made-token.ts'
import { verifyIdToken } from './verify.ts'

const ROOT = circleci.issuer
const OWN = `${ROOT}/org/${circleci.example.fields.organization}`
const OTHER = `${ROOT}/org/00000000-0000-4000-8000-000000000000`

const findPublic = async (url: string) => PUBLIC_ISSUERS.find((issuer) => issuer.url === url)

/** Issuers of organisations with keys of their own: this one's, and those of all others. */
function circleKeys() {
  const fetched: string[] = []
  const keys = new KeySets({
    now: () => NOW * 1000,
    fetch: async ({ href }) => {
      fetched.push(href)
      const [issuer = '', document] = href.split('/.well-known/')
      if (document === 'openid-configuration') {
        return { issuer, jwks_uri: `${issuer}/.well-known/jwks-pub.json` }
      }
      const { publicKey } = issuer === OWN ? own : foreign
      return { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'known' }] }
    },
  })
  return { fetched, keys }
}

const times = { iat: NOW, exp: NOW + 300 }
const tokenOf = (iss: string, more: Claims = {}) =>
  sign({ ...circleci.simulate(circleci.example.run), ...times, iss, aud: AUDIENCE, ...more })

const verify = (text: string, findIssuer = findPublic, { keys } = circleKeys()) =>
  verifyIdToken(text, { findIssuer, keys, audiences: [AUDIENCE], now: NOW * 1000 })

describe('the issuer of an organisation', () => {
  it('signs with keys of its own and counts as the public service', async () => {
    const circle = circleKeys()
    const token = await verify(tokenOf(OWN), findPublic, circle)
    expect(token.issuer).toEqual({ url: ROOT, provider: 'circleci', allowPrivateNetwork: false })
    expect(token.claims.iss).toBe(OWN)
    expect(circle.fetched).toEqual([
      `${OWN}/.well-known/openid-configuration`,
      `${OWN}/.well-known/jwks-pub.json`,
    ])
  })

  it('does not speak for another, nor for the public service', async () => {
    const invalid = expect.objectContaining({ code: 'signature_invalid' })
    await expect(verify(tokenOf(OTHER))).rejects.toThrow(invalid)
    await expect(verify(tokenOf(ROOT))).rejects.toThrow(invalid)
  })

  it.each([
    `${ROOT}/org/acme`,
    `${OWN}/`,
    `${OWN}/x`,
    `${OWN}\n`,
    `${ROOT}/org/${OWN}`,
    OWN.toUpperCase(),
    OWN.replace('https:', 'http:'),
    OWN.replace('circleci.com', 'circleci.com.evil.example'),
    OWN.replace('oidc.', 'oidc-'),
  ])('is not %j', async (iss) => {
    expect(countedIssuer(iss)).toBe(iss)
    const { fetched, keys } = circleKeys()
    await expect(verify(tokenOf(iss), findPublic, { fetched, keys })).rejects.toMatchObject({
      code: 'issuer_unknown',
    })
    expect(fetched).toEqual([])
  })

  it('does not count where the public services do not, unless it is registered itself', async () => {
    const unknown = expect.objectContaining({ code: 'issuer_unknown' })
    await expect(verify(tokenOf(OWN), async () => undefined)).rejects.toThrow(unknown)
    const registered: Issuer = { url: OWN, provider: 'circleci', allowPrivateNetwork: false }
    const findOwn = async (url: string) => (url === OWN ? registered : undefined)
    expect((await verify(tokenOf(OWN), findOwn)).issuer).toEqual(registered)
    await expect(verify(tokenOf(OTHER), findOwn)).rejects.toThrow(unknown)
  })

  it('is asked for its keys only so often in a minute when it is new', async () => {
    const circle = circleKeys()
    await verify(tokenOf(OWN), findPublic, circle)
    const made = (n: number) => `${ROOT}/org/00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
    for (let n = 0; n < 100; n += 1) {
      await verify(tokenOf(made(n)), findPublic, circle).catch(() => undefined)
    }
    expect(circle.fetched).toHaveLength(2 * 30)
    await expect(verify(tokenOf(made(100)), findPublic, circle)).rejects.toMatchObject({
      code: 'issuer_unavailable',
      status: 503,
    })
    await expect(verify(tokenOf(OWN), findPublic, circle)).resolves.toBeDefined()
  })
})

describe('keys of the public service on another host', () => {
  const HOST = 'https://www.googleapis.com'
  const read = (url: string, jwks_uri: string, issuer: Issuer = { ...GOOGLE, url }) =>
    new KeySets({
      fetch: async ({ pathname }) =>
        pathname.endsWith('/openid-configuration')
          ? { issuer: url, jwks_uri }
          : { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'known' }] },
    }).key(issuer, 'known', 'RS256')
  const GOOGLE: Issuer = { url: google.issuer, provider: 'google', allowPrivateNetwork: false }

  it('are read from the one host that is known for them', async () => {
    await expect(read(google.issuer, `${HOST}/oauth2/v3/certs`)).resolves.toBeDefined()
    await expect(read(google.issuer, `${google.issuer}/certs`)).resolves.toBeDefined()
  })

  it.each([
    [google.issuer, 'https://evil.example/certs'],
    [google.issuer, 'http://www.googleapis.com/oauth2/v3/certs'],
    [google.issuer, 'https://storage.googleapis.com/certs'],
    ['https://issuer.example', `${HOST}/oauth2/v3/certs`],
    ['https://gitlab.com', `${HOST}/oauth2/v3/certs`],
  ])('of %s are not read from %s', async (url, jwks_uri) => {
    await expect(read(url, jwks_uri)).rejects.toMatchObject({ code: 'issuer_unavailable' })
  })
})

describe('an ID token without jti', () => {
  it('of a provider that does not number them is told by a digest of what is signed', async () => {
    const text = tokenOf(OWN)
    const signed = text.split('.').slice(0, 2).join('.')
    const digest = createHash('sha256').update(signed).digest('hex')
    expect((await verify(text)).jti).toBe(`sha256:${digest}`)
    expect((await verify(text)).jti).toBe(`sha256:${digest}`)
    expect((await verify(tokenOf(OWN, { iat: NOW - 1 }))).jti).not.toBe(`sha256:${digest}`)
    // What its sender writes into it changes nothing: the same job cannot name two tokens alike.
    const named = await verify(tokenOf(OWN, { jti: 'one' }))
    expect(named.jti).toMatch(/^sha256:/)
  })

  it('is the same token however its signature is spelt', async () => {
    const text = tokenOf(OWN)
    // The last letter of 256 bytes in base64url has spare bits.
    const last = text.at(-1) ?? ''
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const respelt = text.slice(0, -1) + letters[letters.indexOf(last) ^ 1]
    expect(respelt).not.toBe(text)
    expect((await verify(respelt)).jti).toBe((await verify(text)).jti)
  })
})
