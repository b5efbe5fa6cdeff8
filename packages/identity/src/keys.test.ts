import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Issuer } from './issuer.ts'
import { KeySets } from './keys.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const issuer: Issuer = {
  url: 'https://issuer.example/tenant',
  provider: 'github',
  allowPrivateNetwork: false,
}
const DISCOVERY = `${issuer.url}/.well-known/openid-configuration`
const JWKS = 'https://issuer.example/keys'

const rsa = (modulusLength: number): JsonWebKey =>
  generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' })
const rsaKey = rsa(2048)
const shortKey = rsa(1024)
const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })

let documents: Map<string, unknown>
let fetched: string[]
let now: number
let sets: KeySets

const publish = (...keys: unknown[]) => documents.set(JWKS, { keys })
const discoveries = () => fetched.filter((href) => href === DISCOVERY).length
const key = (kid: string, algorithm = 'RS256') => sets.key(issuer, kid, algorithm)

beforeEach(() => {
  documents = new Map<string, unknown>([[DISCOVERY, { issuer: issuer.url, jwks_uri: JWKS }]])
  publish({ ...rsaKey, kid: 'one' })
  fetched = []
  now = 1_800_000_000_000
  sets = new KeySets({
    now: () => now,
    fetch: async ({ href }) => {
      fetched.push(href)
      if (!documents.has(href)) throw new Error(`${href} answered 500`)
      return documents.get(href)
    },
  })
})

const unavailable = (reason: string) => ({
  code: 'issuer_unavailable',
  status: 503,
  message: expect.stringContaining(reason),
})

describe('KeySets', () => {
  it('fetches keys once and keeps them', async () => {
    const first = await key('one')
    expect(await key('one')).toBe(first)
    expect(fetched).toEqual([DISCOVERY, JWKS])
  })

  it('keeps keys of different issuers apart, also if they share an id', async () => {
    const other = { ...issuer, url: 'https://other.example' }
    documents.set('https://other.example/.well-known/openid-configuration', {
      issuer: other.url,
      jwks_uri: 'https://other.example/keys',
    })
    documents.set('https://other.example/keys', { keys: [{ ...rsa(2048), kid: 'one' }] })
    expect(await key('one')).not.toBe(await sets.key(other, 'one', 'RS256'))
  })

  it('fetches again for an unknown key, at most once a minute', async () => {
    await key('one')
    await expect(key('two')).rejects.toMatchObject({ code: 'key_unknown' })
    expect(discoveries()).toBe(1)
    publish({ ...rsaKey, kid: 'two' })
    now += MINUTE
    await expect(key('two')).resolves.toBeDefined()
    expect(discoveries()).toBe(2)
    for (let count = 0; count < 50; count += 1) await key(`x${count}`).catch(() => undefined)
    expect(discoveries()).toBe(2)
  })

  it('waits a minute after a failure too', async () => {
    documents.delete(DISCOVERY)
    await expect(key('one')).rejects.toMatchObject(unavailable('answered 500'))
    documents.set(DISCOVERY, { issuer: issuer.url, jwks_uri: JWKS })
    now += MINUTE - 1
    await expect(key('one')).rejects.toMatchObject(unavailable('answered 500'))
    expect(discoveries()).toBe(1)
    now += 1
    await expect(key('one')).resolves.toBeDefined()
  })

  it('makes one fetch for everybody who asks meanwhile', async () => {
    const keys = await Promise.all(Array.from({ length: 50 }, () => key('one')))
    expect(new Set(keys).size).toBe(1)
    expect(fetched).toEqual([DISCOVERY, JWKS])
  })

  it('drops a key that the issuer withdrew within an hour', async () => {
    await key('one')
    publish({ ...rsaKey, kid: 'two' })
    now += HOUR
    await expect(key('one')).resolves.toBeDefined()
    now += 1
    await expect(key('one')).rejects.toMatchObject({ code: 'key_unknown' })
  })

  it('takes the new key if the issuer puts another under the same id', async () => {
    const first = await key('one')
    publish({ ...rsa(2048), kid: 'one' })
    now += HOUR + 1
    expect(await key('one')).not.toBe(first)
  })

  it('uses the old keys for a day while the issuer is out of reach, and no longer', async () => {
    await key('one')
    documents.clear()
    now += 24 * HOUR
    await expect(key('one')).resolves.toBeDefined()
    now += 1
    await expect(key('one')).rejects.toMatchObject(unavailable('answered 500'))
  })

  it.each([
    null,
    'text',
    1,
    [],
    {},
    { keys: null },
    { keys: {} },
    { keys: [] },
    { keys: [null, 1, 'x'] },
  ])(
    'keeps the old keys if the key set becomes %j, and has none if it always was',
    async (document) => {
      await key('one')
      documents.set(JWKS, document)
      now += HOUR + 1
      await expect(key('one')).resolves.toBeDefined()
      await expect(key('two')).rejects.toMatchObject({ code: 'key_unknown' })
      now += 24 * HOUR
      await expect(key('one')).rejects.toMatchObject({ code: 'issuer_unavailable' })
    },
  )

  it.each([
    [{ kty: 'oct', k: 'c2VjcmV0', kid: 'one' }],
    [{ ...rsaKey, kid: 'one', use: 'enc' }],
    [{ ...rsaKey, kid: '' }],
    [{ ...rsaKey, kid: 1 }],
    [rsaKey],
  ])('does not count a key of another kind or use, or without an id (%#)', async (jwk) => {
    publish(jwk)
    await expect(key('one')).rejects.toMatchObject(unavailable('holds no signing key'))
  })

  it.each([
    ['http://issuer.example/keys', 'another host'],
    ['https://keys.issuer.example/keys', 'another host'],
    ['https://issuer.example:8443/keys', 'another host'],
    ['https://issuer.example@evil.example/keys', 'another host'],
    ['/keys', 'names no jwks_uri'],
    [undefined, 'names no jwks_uri'],
    [1, 'names no jwks_uri'],
  ])('refuses keys at %s', async (address, reason) => {
    documents.set(DISCOVERY, { issuer: issuer.url, jwks_uri: address })
    await expect(key('one')).rejects.toMatchObject(unavailable(reason))
    expect(fetched).toEqual([DISCOVERY])
  })

  it.each([
    'https://issuer.example',
    `${issuer.url}/`,
    'https://ISSUER.example/tenant',
    undefined,
    [issuer.url],
  ])('refuses a discovery document of issuer %j', async (named) => {
    documents.set(DISCOVERY, { issuer: named, jwks_uri: JWKS })
    await expect(key('one')).rejects.toMatchObject(unavailable('another issuer'))
  })

  it('refuses RSA keys under 2048 bits, also if zeros in front make them look longer', async () => {
    const zeros = Buffer.concat([Buffer.alloc(128), Buffer.from(String(shortKey.n), 'base64url')])
    publish(
      { ...shortKey, kid: 'short' },
      { ...shortKey, n: zeros.toString('base64url'), kid: 'padded' },
    )
    await expect(key('short')).rejects.toMatchObject(unavailable('1024 bits'))
    await expect(key('padded')).rejects.toMatchObject({ code: 'issuer_unavailable' })
  })

  it.each([
    { kty: 'RSA' },
    { ...rsaKey, n: 5 },
    { ...rsaKey, n: '' },
    { ...rsaKey, e: undefined },
    { ...rsaKey, n: null },
    { ...rsaKey, e: {} },
  ])('refuses a malformed key and still uses its neighbour (%#)', async (jwk) => {
    publish({ ...jwk, kid: 'bad' }, { ...rsaKey, kid: 'one' })
    await expect(key('bad')).rejects.toMatchObject({ code: 'issuer_unavailable' })
    await expect(key('one')).resolves.toBeDefined()
  })

  it('gives no key for another algorithm than the one it is for', async () => {
    publish({ ...ecKey, kid: 'ec' }, { ...rsaKey, kid: 'rsa', alg: 'RS256' })
    await expect(key('ec')).rejects.toMatchObject({ code: 'algorithm_refused' })
    await expect(key('rsa', 'ES256')).rejects.toMatchObject({ code: 'algorithm_refused' })
    await expect(key('rsa', 'RS512')).rejects.toMatchObject({ code: 'algorithm_refused' })
    await expect(key('ec', 'ES256')).resolves.toMatchObject({ type: 'public' })
    await expect(key('rsa')).resolves.toMatchObject({ type: 'public' })
  })

  it('never makes a private or secret key, even if the issuer leaks one', async () => {
    const leaked = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    publish({ ...leaked.export({ format: 'jwk' }), kid: 'leaked' })
    const imported = await key('leaked')
    expect(imported).toMatchObject({ type: 'public', usages: ['verify'] })
  })

  it('looks at the first hundred keys only', async () => {
    publish(...Array.from({ length: 101 }, (_, index) => ({ ...rsaKey, kid: `k${index}` })))
    await expect(key('k99')).resolves.toBeDefined()
    await expect(key('k100')).rejects.toMatchObject({ code: 'key_unknown' })
  })

  it('does not repeat a long key id', async () => {
    const error = await key('x'.repeat(10_000)).catch((thrown: unknown) => thrown)
    expect(String(error).length).toBeLessThan(500)
  })

  it.each(['__proto__', 'constructor', 'toString'])('does not know the key %s', async (kid) => {
    await expect(key(kid)).rejects.toMatchObject({ code: 'key_unknown' })
  })
})
