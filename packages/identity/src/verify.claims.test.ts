import { describe, expect, it } from 'vitest'
import {
  AUDIENCE,
  claims,
  findIssuer,
  keys,
  NOW,
  sign,
  verify,
  withClaims,
} from './testing/hand-made-token.ts'
import { LEEWAY_SECONDS, verifyIdToken } from './verify.ts'

const refusal = (code: string, message = '') => ({
  code,
  message: expect.stringContaining(message),
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
    await expect(verify(withClaims({ nbf: undefined }))).resolves.toBeDefined()
    await expect(verify(withClaims({ exp: undefined }))).rejects.toMatchObject(
      refusal('claim_missing', 'exp'),
    )
    await expect(verify(withClaims({ iat: undefined }))).rejects.toMatchObject(
      refusal('claim_missing', 'iat'),
    )
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
