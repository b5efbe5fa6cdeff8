import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Claims } from './check.ts'
import { Refusal } from './errors.ts'
import type { Issuer } from './issuer.ts'
import { KeySets } from './keys.ts'
import { LEEWAY_SECONDS, MAX_ID_TOKEN_LENGTH, verifyIdToken } from './verify.ts'

const AUDIENCE = 'npm:registry.example'
const NOW = 1_800_000_000
const issuer: Issuer = {
  url: 'https://token.actions.githubusercontent.com',
  provider: 'github',
  allowPrivateNetwork: false,
}
const claims = {
  iss: issuer.url,
  aud: AUDIENCE,
  jti: 'one',
  iat: NOW,
  nbf: NOW - 300,
  exp: NOW + 300,
  repository: 'acme/widget',
}

const own = generateKeyPairSync('rsa', { modulusLength: 2048 })
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keys = new KeySets({
  fetch: async ({ pathname }) =>
    pathname === '/jwks'
      ? { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'known' }] }
      : { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` },
})

const findIssuer = async (url: string) => (url === issuer.url ? issuer : undefined)
const verify = (text: string) =>
  verifyIdToken(text, { findIssuer, keys, audiences: [AUDIENCE, 'second'], now: NOW * 1000 })

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const HEADER = { alg: 'RS256', typ: 'JWT', kid: 'known' }

function sign(payload: unknown, header: unknown = HEADER, key: KeyObject = own.privateKey): string {
  const signed = `${encode(header)}.${encode(payload)}`
  return `${signed}.${createSign('sha256').update(signed).sign(key).toString('base64url')}`
}
const withClaims = (changed: Claims) => sign({ ...claims, ...changed })
const without = (claim: keyof typeof claims) => withClaims({ [claim]: undefined })
const refusal = (code: string, message = '') => ({
  code,
  message: expect.stringContaining(message),
})

describe('verifyIdToken', () => {
  it('accepts what the issuer signed', async () => {
    const token = await verify(sign(claims))
    expect(token).toMatchObject({ issuer, jti: 'one', claims, provider: { id: 'github' } })
    expect(token.forgetAt).toEqual(new Date((NOW + 300 + LEEWAY_SECONDS) * 1000))
    await expect(verify(withClaims({ aud: 'second' }))).resolves.toBeDefined()
  })

  it.each(['', '.', '..', '...', 'a.b', 'a.b.c.d', 'x', 'null.null.null', ' ', '\0.\0.\0'])(
    'refuses %j as no token',
    async (text) => {
      await expect(verify(text)).rejects.toMatchObject(refusal('id_token_malformed'))
    },
  )

  it.each(['[]', 'null', '1', '"text"', '{', '{"iss":"a"}}', ''])(
    'refuses a header or payload of %j',
    async (json) => {
      await expect(verify(sign(json))).rejects.toMatchObject(refusal('id_token_malformed'))
      await expect(verify(sign(claims, json))).rejects.toMatchObject(refusal('id_token_malformed'))
    },
  )

  it('refuses whatever is not a token with nothing but a Refusal', async () => {
    const part = fc.oneof(fc.string(), fc.json().map(encode), fc.constant(encode(HEADER)))
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(part, { maxLength: 6 }).map((parts) => parts.join('.')),
      fc
        .record({
          alg: fc.constant('RS256'),
          kid: fc.jsonValue(),
          crit: fc.jsonValue(),
          b64: fc.boolean(),
        })
        .map((header) => sign(claims, header, foreign.privateKey)),
      fc
        .dictionary(fc.constantFrom(...Object.keys(claims)), fc.jsonValue())
        .map((changed) => withClaims({ ...changed, aud: changed })),
    )
    await fc.assert(
      fc.asyncProperty(text, async (hostile) => {
        const error = await verify(hostile).catch((thrown: unknown) => thrown)
        expect(error).toBeInstanceOf(Refusal)
      }),
      { numRuns: 300 },
    )
  })

  it('refuses a token that is too long before reading it', async () => {
    const long = withClaims({ padding: 'x'.repeat(MAX_ID_TOKEN_LENGTH) })
    await expect(verify(long)).rejects.toMatchObject(refusal('id_token_too_large'))
    await expect(verify('.'.repeat(5_000_000))).rejects.toMatchObject(refusal('id_token_too_large'))
  })
})

describe('the issuer of an ID token', () => {
  it.each<unknown>([
    undefined,
    null,
    '',
    1,
    true,
    [issuer.url],
    { url: issuer.url },
    `${issuer.url}/`,
    `${issuer.url}/acme`,
    `${issuer.url}?`,
    `${issuer.url}#`,
    ` ${issuer.url}`,
    issuer.url.toUpperCase(),
    issuer.url.replace('https', 'http'),
    'https://gitlab.com',
    '__proto__',
  ])('is unknown if iss is %j', async (iss) => {
    await expect(verify(withClaims({ iss }))).rejects.toMatchObject(refusal('issuer_unknown'))
  })

  it('is unknown if it was found by anything but its exact text', async () => {
    const options = { findIssuer: async () => issuer, keys, audiences: [AUDIENCE], now: NOW * 1000 }
    const token = withClaims({ iss: issuer.url.toUpperCase() })
    await expect(verifyIdToken(token, options)).rejects.toMatchObject(refusal('issuer_unknown'))
  })

  it('is not asked for keys if it is unknown', async () => {
    const never = new KeySets({ fetch: () => Promise.reject(new Error('fetched')) })
    const options = { findIssuer, keys: never, audiences: [AUDIENCE], now: NOW * 1000 }
    const token = withClaims({ iss: 'https://evil.example' })
    await expect(verifyIdToken(token, options)).rejects.toMatchObject(refusal('issuer_unknown'))
  })
})

describe('the signature of an ID token', () => {
  it.each<unknown>([
    'none',
    'None',
    'HS256',
    'RS384',
    'PS256',
    'ES256',
    'rs256',
    '',
    null,
    ['RS256'],
    1,
    undefined,
  ])('is refused if alg is %j', async (alg) => {
    await expect(verify(sign(claims, { ...HEADER, alg }))).rejects.toMatchObject(
      refusal('algorithm_refused'),
    )
  })

  it('cannot be left out', async () => {
    const [, payload] = sign(claims).split('.')
    const unsigned = `${encode({ ...HEADER, alg: 'none' })}.${payload}.`
    await expect(verify(unsigned)).rejects.toMatchObject(refusal('algorithm_refused'))
    const empty = `${encode(HEADER)}.${payload}.`
    await expect(verify(empty)).rejects.toMatchObject(refusal('signature_invalid'))
  })

  it('cannot be an HMAC with the public key as secret', async () => {
    const pem = own.publicKey.export({ format: 'pem', type: 'spki' })
    const der = own.publicKey.export({ format: 'der', type: 'spki' })
    for (const secret of [pem, der]) {
      for (const alg of ['HS256', 'RS256']) {
        const text = `${encode({ ...HEADER, alg })}.${encode(claims)}`
        const mac = createHmac('sha256', secret).update(text).digest('base64url')
        await expect(verify(`${text}.${mac}`)).rejects.toMatchObject({
          code: alg === 'HS256' ? 'algorithm_refused' : 'signature_invalid',
        })
      }
    }
  })

  it.each<unknown>([undefined, null, '', 1, ['known'], { kid: 'known' }])(
    'needs a key id, which %j is not',
    async (kid) => {
      await expect(verify(sign(claims, { ...HEADER, kid }))).rejects.toMatchObject(
        refusal('key_id_missing'),
      )
    },
  )

  it('needs a key that the issuer publishes', async () => {
    for (const kid of ['other', 'Known', 'known ', '__proto__', '../known']) {
      await expect(verify(sign(claims, { ...HEADER, kid }))).rejects.toMatchObject(
        refusal('key_unknown'),
      )
    }
  })

  it('must be made with the key that it names', async () => {
    const forged = sign(claims, HEADER, foreign.privateKey)
    await expect(verify(forged)).rejects.toMatchObject(refusal('signature_invalid'))
  })

  it('is not checked with a key or an address from the header', async () => {
    const jwk = foreign.publicKey.export({ format: 'jwk' })
    for (const extra of [
      { jwk },
      { jku: 'https://evil.example/jwks' },
      { x5u: 'https://evil.example' },
    ]) {
      const forged = sign(claims, { ...HEADER, ...extra }, foreign.privateKey)
      await expect(verify(forged)).rejects.toMatchObject(refusal('signature_invalid'))
    }
  })

  it('covers header and payload', async () => {
    const [header, , signature] = sign(claims).split('.')
    const payload = encode({ ...claims, repository: 'evil/widget' })
    await expect(verify(`${header}.${payload}.${signature}`)).rejects.toMatchObject(
      refusal('signature_invalid'),
    )
    const [, genuine] = sign(claims).split('.')
    const changed = encode({ ...HEADER, typ: 'at+jwt' })
    await expect(verify(`${changed}.${genuine}.${signature}`)).rejects.toMatchObject(
      refusal('signature_invalid'),
    )
  })

  it.each([
    { crit: ['exp'], exp: 1 },
    { crit: ['b64'], b64: false },
    { crit: [] },
    { crit: 'b64' },
  ])('is refused with the critical header %j', async (extra) => {
    await expect(verify(sign(claims, { ...HEADER, ...extra }))).rejects.toMatchObject(
      refusal('id_token_malformed', 'crit'),
    )
  })
})

describe('the times of an ID token', () => {
  it('may differ by the leeway and no second more', async () => {
    const exp = NOW - LEEWAY_SECONDS
    await expect(verify(withClaims({ iat: exp - 300, exp: exp + 1 }))).resolves.toBeDefined()
    await expect(verify(withClaims({ iat: exp - 300, exp }))).rejects.toMatchObject(
      refusal('id_token_expired', '2027-01-15T07:59:30.000Z'),
    )
    const ahead = NOW + LEEWAY_SECONDS
    for (const claim of ['iat', 'nbf']) {
      await expect(verify(withClaims({ [claim]: ahead, exp: NOW + 300 }))).resolves.toBeDefined()
      await expect(verify(withClaims({ [claim]: ahead + 1 }))).rejects.toMatchObject(
        refusal('id_token_not_yet_valid', claim),
      )
    }
  })

  it('may leave nbf out, but not exp and iat', async () => {
    await expect(verify(without('nbf'))).resolves.toBeDefined()
    await expect(verify(without('exp'))).rejects.toMatchObject(refusal('claim_missing', 'exp'))
    await expect(verify(without('iat'))).rejects.toMatchObject(refusal('claim_missing', 'iat'))
  })

  it.each(['exp', 'iat', 'nbf'])('must be numbers that a clock can show (%s)', async (claim) => {
    for (const value of [String(NOW), null, true, [NOW], {}, -1, 0, 253402300800, 9e15, '']) {
      await expect(verify(withClaims({ [claim]: value }))).rejects.toMatchObject(
        refusal('claim_missing', claim),
      )
    }
    const endless = JSON.stringify(claims).replace(/}$/, `,"${claim}":1e999}`)
    await expect(verify(sign(endless))).rejects.toMatchObject(refusal('claim_missing', claim))
  })

  it('may not be further apart than the provider allows', async () => {
    await expect(verify(withClaims({ exp: NOW + 3600 }))).resolves.toBeDefined()
    await expect(verify(withClaims({ exp: NOW + 3601 }))).rejects.toMatchObject(
      refusal('lifetime_too_long', '3601'),
    )
    await expect(verify(withClaims({ exp: 253402300799 }))).rejects.toMatchObject(
      refusal('lifetime_too_long'),
    )
  })
})

describe('the other claims of an ID token', () => {
  it.each<unknown>([
    undefined,
    null,
    '',
    1,
    true,
    [AUDIENCE],
    [AUDIENCE, 'other'],
    [],
    { 0: AUDIENCE },
    'npm:registry.example.evil.example',
    'npm:registry.example/',
    'NPM:registry.example',
    ` ${AUDIENCE}`,
    `${AUDIENCE},second`,
  ])('are refused if aud is %j', async (aud) => {
    await expect(verify(withClaims({ aud }))).rejects.toMatchObject(
      refusal('audience_mismatch', `"${AUDIENCE}"`),
    )
  })

  it('are refused by a registry that accepts no audience', async () => {
    for (const aud of ['', undefined, AUDIENCE]) {
      const options = { findIssuer, keys, audiences: [], now: NOW * 1000 }
      await expect(verifyIdToken(withClaims({ aud }), options)).rejects.toMatchObject(
        refusal('audience_mismatch'),
      )
    }
  })

  it.each<unknown>([undefined, null, '', 1, ['one']])('are refused if jti is %j', async (jti) => {
    await expect(verify(withClaims({ jti }))).rejects.toMatchObject(refusal('claim_missing', 'jti'))
  })

  it('are read once: of a name that stands twice, the last counts everywhere', async () => {
    const twice = (name: string, value: string) =>
      sign(JSON.stringify(claims).replace(/}$/, `,"${name}":"${value}"}`))
    const token = await verify(twice('repository', 'acme/other'))
    expect(token.claims.repository).toBe('acme/other')
    await expect(verify(twice('iss', 'https://evil.example'))).rejects.toMatchObject(
      refusal('issuer_unknown'),
    )
    await expect(verify(twice('aud', 'other'))).rejects.toMatchObject(refusal('audience_mismatch'))
    const header = '{"alg":"none","kid":"known","alg":"RS256"}'
    await expect(verify(sign(claims, header))).resolves.toBeDefined()
    await expect(verify(sign(claims, header.replace('RS256', 'none')))).rejects.toMatchObject(
      refusal('algorithm_refused'),
    )
  })

  it('cannot come from the prototype', async () => {
    const text = JSON.stringify({ ...claims, jti: undefined }).replace(
      /}$/,
      ',"__proto__":{"jti":"x"}}',
    )
    await expect(verify(sign(text))).rejects.toMatchObject(refusal('claim_missing', 'jti'))
  })
})
