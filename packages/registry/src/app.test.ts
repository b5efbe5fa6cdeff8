import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRegistry } from './app.ts'
import { ConfigError } from './config.ts'
import { npmTarballOf, publishDocumentOf } from './protocols/npm-testing.ts'
import { openTemporaryRegistry, type TemporaryRegistry } from './testing.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

describe('the app', () => {
  let registry: TemporaryRegistry
  let token: string
  beforeAll(async () => {
    registry = await openTemporaryRegistry()
    token = await registry.token(registry.root, 'read', 'publish', 'manage')
    for (const name of ['widget', '@acme/widget']) {
      const body = publishDocumentOf(name, '1.0.0', await npmTarballOf(name, '1.0.0'))
      await registry.request(`PUT /${name.replace('/', '%2f')}`, { token, body })
    }
  })
  afterAll(() => registry.close())

  it.each([
    ['GET', '/', 404, 'not_found'],
    ['PATCH', '/widget', 404, 'not_found'],
    ['GET', '/a/b/c/d', 404, 'not_found'],
    ['POST', '/-/nothing/here', 404, 'not_found'],
    ['GET', '/%zz', 400, 'path_malformed'],
    ['GET', '/-/api/%ff', 400, 'path_malformed'],
  ])('answers %s %s with %i %s in JSON', async (method, path, status, code) => {
    const answer = await registry.request(`${method} ${path}`)
    expect(answer.status).toBe(status)
    const { error, message, body, errors, ...rest } = (await answer.json()) as {
      error: string
      message: string
      body: { message: string }
      errors: { code: string; description: string }[]
    }
    expect(rest).toMatchObject({ code })
    expect(new Set([error, message, body.message, errors[0]?.description])).toHaveLength(1)
    const lookedUp = method === 'GET' && status === 404
    expect(answer.headers.get('npm-notice')).toBe(lookedUp ? null : message)
  })

  it('hides a restricted package behind the answer for what does not exist', async () => {
    const [hidden, missing] = await Promise.all(
      ['widget', 'absent'].map(async (name) => {
        const answer = await registry.request(`GET /${name}`)
        return [answer.status, (await answer.text()).replaceAll(name, '…')]
      }),
    )
    expect(hidden).toEqual(missing)
    expect((await registry.request('GET /widget', { token })).status).toBe(200)
  })

  it('refuses a token that it did not issue, and says so without the token', async () => {
    const answer = await registry.request('GET /widget', { token: `npm_${'x'.repeat(36)}` })
    expect(answer.status).toBe(401)
    expect(await answer.text()).not.toContain('xxx')
  })

  it('logs requests with their outcome and without secrets', async () => {
    await registry.request('DELETE /-/package/widget/dist-tags/latest', { token })
    const secret = `npm_${'Secret'.repeat(6)}`
    await registry.request(`GET /-/npm/v1/tokens/token/${secret}`)
    await registry.request(`PUT /${secret}`, { token })
    expect(registry.logged()).toContain('"code":"tag_needed"')
    expect(registry.logged()).not.toContain('Secret')
    expect(registry.logged()).not.toContain(token)
  })

  it('answers 500 with the number under which its log has the cause', async () => {
    const broken = await openTemporaryRegistry()
    await broken.store.close()
    const answer = await broken.request('GET /widget')
    expect(answer.status).toBe(500)
    const { code, message } = (await answer.json()) as { code: string; message: string }
    expect(code).toBe('unexpected')
    const id = /[0-9a-f-]{36}/.exec(message)?.[0] ?? 'none'
    expect(broken.logged()).toContain(id)
    await broken.close()
  })

  it('opens no blob store or database that it does not know', async () => {
    const config = registry.config
    await expect(openRegistry({ ...config, blobs: new URL('s3://bucket') })).rejects.toThrow(
      's3://',
    )
    await expect(openRegistry({ ...config, database: new URL('mysql://db') })).rejects.toThrow(
      'mysql://',
    )
  })

  it('does not open where the roots that it is to trust are not there', async () => {
    for (const sigstore of [
      { kind: 'file', path: '/nowhere/trusted_root.json' },
      { kind: 'tuf', url: 'https://tuf.example', root: '/nowhere/root.json', cache: '/nowhere' },
    ] as const) {
      await expect(openRegistry({ ...registry.config, sigstore })).rejects.toThrow(ConfigError)
    }
  })

  it('never answers 5xx, nor asks for a password, whatever is sent', async () => {
    const segment = fc.oneof(
      fc.constantFrom(
        ...['-', '-rev', '_', 'oidc', 'npm', 'v1', 'package', 'widget', '@acme%2fwidget', '@acme'],
        ...[
          'dist-tags',
          'latest',
          'access',
          'visibility',
          'collaborators',
          'trust',
          'api',
          'tokens',
        ],
        ...[
          'token',
          'exchange',
          'mint-token',
          'burn-token',
          'audience',
          'simple',
          'legacy',
          'files',
        ],
        ...[
          'pypi',
          'json',
          '1.0.0',
          'widget-1.0.0.tgz',
          'whoami',
          'ping',
          'packages',
          'publishers',
        ],
        ...['issuers', 'accounts', 'log', 'set-up', '__proto__', '%00', '%2e%2e', '%ff', ''],
      ),
      fc.webSegment(),
    )
    const json = fc.oneof(
      fc.constantFrom('', '{', 'null', '[]', '"1.0.0"', '['.repeat(20_000), '{"token":"x"}'),
      fc.json(),
      fc
        .record(
          {
            name: fc.constantFrom<unknown>('widget', 'other', 7, null),
            versions: fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue())),
            _attachments: fc.jsonValue(),
            'dist-tags': fc.jsonValue(),
            access: fc.jsonValue(),
            type: fc.constantFrom('github', 'gitlab', '__proto__'),
            claims: fc.jsonValue(),
          },
          { requiredKeys: [] },
        )
        .map((value) => JSON.stringify(value)),
      fc.string(),
    )
    const header = fc.constantFrom(
      'range',
      'accept',
      'if-none-match',
      'accept-encoding',
      'content-type',
    )
    const value = fc.oneof(
      fc.constantFrom(
        'bytes=0-',
        'bytes=9-1',
        'multipart/form-data; boundary=x',
        'multipart/form-data',
        'text/html',
      ),
      fc.stringMatching(/^[ -~]*$/),
    )
    const path = fc.array(segment, { maxLength: 7 }).map((segments) => `/${segments.join('/')}`)
    const prefixed = fc
      .tuple(
        fc.constantFrom(
          '',
          '/-/package/widget',
          '/-/api/v1',
          '/-/npm/v1',
          '/_/oidc',
          '/integrity',
          '/widget',
        ),
        path,
      )
      .map((parts) => parts.join(''))
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...METHODS),
        prefixed,
        json,
        fc.boolean(),
        fc.dictionary(header, value, { maxKeys: 2 }),
        async (method, at, body, known, headers) => {
          const answer = await registry.request(`${method} ${at}`, {
            headers,
            ...(known ? { token } : {}),
            ...(method === 'GET' || method === 'HEAD' ? {} : { body }),
          })
          expect(answer.status).toBeLessThan(500)
          expect(answer.headers.get('www-authenticate')).toBeNull()
          await answer.arrayBuffer()
        },
      ),
      { numRuns: 500 },
    )
    expect(registry.logged()).not.toContain('unexpected error')
  })
})
