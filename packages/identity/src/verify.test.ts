import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Refusal } from './errors.ts'
import { KeySets } from './keys.ts'
import {
  AUDIENCE,
  claims,
  encode,
  findIssuer,
  foreign,
  HEADER,
  issuer,
  keys,
  NOW,
  own,
  sign,
  verify,
  withClaims,
} from './testing/hand-made-token.ts'
import { LEEWAY_SECONDS, MAX_ID_TOKEN_LENGTH, verifyIdToken } from './verify.ts'

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
