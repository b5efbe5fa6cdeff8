import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { fetchJson } from '../fetch-json.ts'
import type { Issuer } from '../issuer.ts'
import { KeySets } from '../keys.ts'
import { github } from '../providers/github.ts'
import { verifyIdToken } from '../verify.ts'
import { type DevelopmentIssuer, startDevelopmentIssuer } from './development-issuer.ts'

const AUDIENCE = 'npm:registry.example'

let local: DevelopmentIssuer
let named: DevelopmentIssuer

beforeAll(async () => {
  local = await startDevelopmentIssuer()
  named = await startDevelopmentIssuer({ issuer: github.issuer })
})
afterAll(() => Promise.all([local.close(), named.close()]))

function verify(text: string, issuer: Issuer, keys: KeySets) {
  const findIssuer = async (url: string) => (url === issuer.url ? issuer : undefined)
  return verifyIdToken(text, { findIssuer, keys, audiences: [AUDIENCE], now: Date.now() })
}

const claimsOf = (issuer: string) => github.simulate({ ...github.example.run, issuer })
const privately = (url: string): Issuer => ({ url, provider: 'github', allowPrivateNetwork: true })
const publicGithub: Issuer = { url: github.issuer, provider: 'github', allowPrivateNetwork: false }

describe('the development issuer', () => {
  it('signs ID tokens that verify with the keys it serves over HTTP', async () => {
    const { url, sign } = local
    const token = await sign(claimsOf(url), AUDIENCE)
    await expect(verify(token, privately(url), new KeySets())).resolves.toMatchObject({
      claims: { iss: url, aud: AUDIENCE },
    })
  })

  it('is not reached where private addresses are not allowed', async () => {
    const { url, sign } = local
    const issuer = { ...privately(url), allowPrivateNetwork: false }
    await expect(
      verify(await sign(claimsOf(url), AUDIENCE), issuer, new KeySets()),
    ).rejects.toMatchObject({
      code: 'issuer_unavailable',
    })
  })

  it('can sign in the name of a public issuer, whose keys it then answers without the network', async () => {
    const { url, sign, fetchJson: fetch } = named
    const { iss: _, ...claims } = claimsOf(github.issuer)
    const token = await sign(claims, AUDIENCE)
    await expect(verify(token, publicGithub, new KeySets({ fetch }))).resolves.toMatchObject({
      claims: { iss: github.issuer },
    })
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  it('answers for its own issuer only', async () => {
    const { fetchJson: fetch } = named
    await expect(
      fetch(new URL(`${github.issuer}/.well-known/openid-configuration`), false),
    ).resolves.toMatchObject({
      issuer: github.issuer,
      jwks_uri: `${github.issuer}/.well-known/jwks`,
    })
    for (const href of [
      'https://gitlab.com/.well-known/openid-configuration',
      `${github.issuer}/acme/.well-known/openid-configuration`,
      `${github.issuer}/.well-known/jwks?x`,
      `${github.issuer}/`,
    ]) {
      await expect(fetch(new URL(href), true)).rejects.toThrow('does not answer')
    }
  })

  it('answers the same keys with and without HTTP', async () => {
    const { url, fetchJson: direct } = local
    for (const path of ['/.well-known/openid-configuration', '/.well-known/jwks']) {
      expect(await direct(new URL(url + path), true)).toEqual(
        await fetchJson(new URL(url + path), true),
      )
    }
    const keys = JSON.stringify(await direct(new URL(`${url}/.well-known/jwks`), true))
    expect(keys).not.toMatch(/"(d|p|q|dp|dq|qi)":/)
  })

  it('is not trusted by its own keys if another one signed', async () => {
    const one = named
    const other = await startDevelopmentIssuer({ issuer: github.issuer })
    onTestFinished(other.close)
    const keys = new KeySets({ fetch: one.fetchJson })
    const claims = claimsOf(github.issuer)
    const byAnother = await other.sign(claims, AUDIENCE)
    await expect(verify(byAnother, publicGithub, keys)).rejects.toMatchObject({
      code: 'signature_invalid',
    })
    const foreign = await one.sign(claims, AUDIENCE, { foreignKey: true })
    await expect(verify(foreign, publicGithub, keys)).rejects.toMatchObject({
      code: 'signature_invalid',
    })
    const unknown = await one.sign(claims, AUDIENCE, { header: { kid: 'other' } })
    await expect(verify(unknown, publicGithub, keys)).rejects.toMatchObject({ code: 'key_unknown' })
  })

  it('hands out ID tokens like the runner: only for its secret, its query and a job', async () => {
    const issuer = local
    const env = issuer.githubEnvironment(() => claimsOf(issuer.url))
    const before = issuer.issued()
    const ask = (href: string, authorization?: string) =>
      fetch(href, authorization === undefined ? {} : { headers: { authorization } })
    const url = env.ACTIONS_ID_TOKEN_REQUEST_URL ?? ''
    const bearer = `bearer ${env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}`
    expect((await ask(url)).status).toBe(401)
    expect((await ask(url, 'bearer other')).status).toBe(401)
    expect((await ask(url, 'bearer ')).status).toBe(401)
    expect((await ask(`${url.split('?')[0]}?audience=x`, bearer)).status).toBe(400)
    expect((await ask(`${issuer.url}/other`, bearer)).status).toBe(404)
    expect(issuer.issued()).toBe(before)
    const answer = (await (await ask(url, bearer)).json()) as { value: string; count: number }
    expect(answer.count).toBe(answer.value.length)
    expect(issuer.issued()).toBe(before + 1)
  })

  it('gives every job its own claims and every token its own id', async () => {
    const issuer = local
    const jobs = ['acme/one', 'acme/two'].map((repository) =>
      issuer.githubEnvironment(() => ({ ...claimsOf(issuer.url), repository })),
    )
    const tokens = await Promise.all(
      [...jobs, ...jobs].map(async (env) => {
        const text = await github.requestIdToken(env, AUDIENCE, fetch)
        return verify(text, privately(issuer.url), new KeySets())
      }),
    )
    expect(tokens.map(({ claims }) => claims.repository)).toEqual([
      'acme/one',
      'acme/two',
      'acme/one',
      'acme/two',
    ])
    expect(new Set(tokens.map(({ jti }) => jti)).size).toBe(4)
  })
})
