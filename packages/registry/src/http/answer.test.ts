import { refuseIdentity } from '@trustpub/identity'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { refuse } from '../errors.ts'
import { answerRefusal } from './answer.ts'
import type { AppEnv } from './app-types.ts'

/** The answer to a request for the path, refused because of the version. */
async function answer(version: string, path = '/widget'): Promise<Response> {
  const app = new Hono<AppEnv>()
  app.all('*', (c) => answerRefusal(c, refuse('version_not_found', { package: 'widget', version })))
  return app.request(path, { method: 'POST' })
}

describe('the answer to a refused request', () => {
  it('says the same sentence wherever a client looks', async () => {
    const response = await answer('9')
    const sentence = 'widget has no version 9.'
    expect(response.status).toBe(404)
    expect(response.headers.get('npm-notice')).toBe(sentence)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({
      error: sentence,
      message: sentence,
      body: { message: sentence },
      errors: [{ code: 'version_not_found', description: sentence }],
      code: 'version_not_found',
      title: 'version_not_found',
      detail: sentence,
    })
  })

  it('makes no client ask for a password', async () => {
    const app = new Hono<AppEnv>()
    app.get('/', (c) => answerRefusal(c, refuse('authentication_required', {})))
    const response = await app.request('/')
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, null])
  })

  it.each([
    ['ü – “x”\r\nSet-Cookie: a\u0000 …', 'ü    x Set-Cookie: a  ...'],
    ['日本語', ' '],
  ])('puts %j into a header as one line of Latin-1', async (version, line) => {
    const response = await answer(version)
    expect(response.headers.get('npm-notice')).toBe(`widget has no version ${line}.`)
    expect(await response.json()).toHaveProperty('message', `widget has no version ${version}.`)
  })

  it('keeps the header short, whatever the sentence repeats', async () => {
    expect((await answer('x'.repeat(60_000))).headers.get('npm-notice')).toHaveLength(2000)
  })

  it('is a problem document for uploads to PyPI, and nothing but the errors for its exchanges', async () => {
    const upload = await answer('9', '/legacy/')
    expect(upload.headers.get('content-type')).toBe('application/problem+json')
    const mint = await answer('9', '/_/oidc/mint-token')
    expect(Object.keys((await mint.json()) as object).sort()).toEqual(['errors', 'message'])
  })

  it('carries the checks that were made', async () => {
    const check = {
      claim: 'ref',
      expected: 'a',
      actual: 'b',
      ok: false,
      code: 'ref_mismatch',
    } as const
    const app = new Hono<AppEnv>()
    app.get('/', (c) =>
      answerRefusal(
        c,
        refuseIdentity(
          'repository_mismatch',
          { claim: 'x', actual: 'y', issuer: 'https://issuer.example', package: 'z' },
          [check],
        ),
      ),
    )
    expect(await (await app.request('/')).json()).toHaveProperty('checks', [check])
  })
})
