import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  HOST,
  openTemporaryRegistry,
  type TemporaryRegistry,
  type TestRequest,
} from '../testing.ts'
import { npmTarballOf, publishDocumentOf } from './npm-testing.ts'

const ABBREVIATED = 'application/vnd.npm.install-v1+json'
const TARBALL = '/@acme/widget/-/widget-1.0.0.tgz'

describe('the npm registry', () => {
  let registry: TemporaryRegistry
  let token: string
  let tarball: Buffer
  beforeAll(async () => {
    registry = await openTemporaryRegistry({
      upstreams: { npm: new URL('https://upstream.example/npm/') },
    })
    token = await registry.token(registry.alice, 'read', 'publish', 'manage')
    tarball = await npmTarballOf('@acme/widget', '1.0.0')
    for (const [name, visibility] of [
      ['@acme/widget', 'public'],
      ['secret', 'restricted'],
      ['settings', 'public'],
    ] as const) {
      const bytes = name === '@acme/widget' ? tarball : await npmTarballOf(name, '1.0.0')
      await send(`PUT /${name.replace('/', '%2f')}`, {
        token,
        body: publishDocumentOf(name, '1.0.0', bytes),
      })
      const pkg = await registry.store.packages.find('npm', name)
      await registry.store.packages.setVisibility(pkg?.id ?? '', visibility)
    }
  })
  afterAll(() => registry.close())

  const send = (line: string, init?: TestRequest): Promise<Response> => registry.request(line, init)
  const json = async (answer: Promise<Response> | Response): Promise<Record<string, unknown>> =>
    (await (await answer).json()) as Record<string, unknown>
  const outcome = async (line: string, init?: TestRequest): Promise<[number, unknown]> => {
    const answer = await send(line, init)
    return [answer.status, (await json(answer)).code]
  }

  it.each([
    '@acme%2fwidget',
    '@acme%2Fwidget',
    '%40acme%2fwidget',
    '%40acme/widget',
    '@acme/widget',
  ])('answers for /%s', async (path) => {
    expect(await json(send(`GET /${path}`))).toMatchObject({ name: '@acme/widget' })
    expect(await json(send(`GET /-/package/${path}/dist-tags`))).toEqual({ latest: '1.0.0' })
    expect((await send(`GET /${path}/-/widget-1.0.0.tgz`)).status).toBe(200)
    expect(await json(send(`GET /${path}/latest`))).toMatchObject({ version: '1.0.0' })
  })

  it('sends the packument in full, or abbreviated to whoever asks for that', async () => {
    const full = await send('GET /@acme%2fwidget')
    expect(full.headers.get('content-type')).toBe('application/json')
    expect(await json(full)).toHaveProperty('readme')
    const accept = `${ABBREVIATED}; q=1.0, application/json; q=0.8, */*`
    const abbreviated = await send('GET /@acme%2fwidget', { headers: { accept } })
    expect(abbreviated.headers.get('content-type')).toBe(ABBREVIATED)
    const body = await json(abbreviated)
    expect(body).not.toHaveProperty('readme')
    expect(body).toHaveProperty(
      ['versions', '1.0.0', 'dist', 'tarball'],
      `https://${HOST}${TARBALL}`,
    )
  })

  it('sends packuments compressed, and not at all to whoever has them', async () => {
    const plain = await send('GET /@acme%2fwidget')
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(plain.headers.get('vary')).toMatch(/accept.*accept-encoding.*authorization/)
    const etag = plain.headers.get('etag') ?? ''
    const zipped = await send('GET /@acme%2fwidget', { headers: { 'accept-encoding': 'gzip, br' } })
    expect(zipped.headers.get('content-encoding')).toBe('gzip')
    const unzipped = gunzipSync(Buffer.from(await zipped.arrayBuffer())).toString()
    expect(unzipped).toBe(await plain.text())

    const again = await send('GET /@acme%2fwidget', { headers: { 'if-none-match': `W/${etag}` } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    const other = await send('GET /@acme%2fwidget', {
      headers: { 'if-none-match': etag, accept: ABBREVIATED },
    })
    expect(other.status).toBe(200)
  })

  it('shows a change at once', async () => {
    const before = (await send('GET /settings')).headers.get('etag') ?? ''
    await send('PUT /-/package/settings/dist-tags/shown', { token, body: '"1.0.0"' })
    const after = await send('GET /settings', { headers: { 'if-none-match': before } })
    expect(after.status).toBe(200)
    expect(await json(after)).toHaveProperty(['dist-tags', 'shown'], '1.0.0')
  })

  it('sends tarballs whole, in part, or only their headers', async () => {
    const whole = await send(`GET ${TARBALL}`)
    expect(Buffer.from(await whole.arrayBuffer()).equals(tarball)).toBe(true)
    expect(whole.headers.get('cache-control')).toContain('immutable')
    const part = await send(`GET ${TARBALL}`, { headers: { range: 'bytes=2-5' } })
    expect(part.status).toBe(206)
    expect(part.headers.get('content-range')).toBe(`bytes 2-5/${tarball.length}`)
    expect(Buffer.from(await part.arrayBuffer()).equals(tarball.subarray(2, 6))).toBe(true)
    const head = await send(`HEAD ${TARBALL}`)
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      String(tarball.length),
      '',
    ])
    const known = { 'if-none-match': whole.headers.get('etag') ?? '' }
    expect((await send(`GET ${TARBALL}`, { headers: known })).status).toBe(304)
    expect((await send('GET /@acme/widget/-/@acme/widget-1.0.0.tgz')).status).toBe(200)
    expect(await outcome('GET /@acme/widget/-/widget-9.9.9.tgz')).toEqual([404, 'file_not_found'])
  })

  it('sends single versions, by number or by tag', async () => {
    expect(await json(send('GET /@acme%2fwidget/1.0.0'))).toMatchObject({ version: '1.0.0' })
    for (const missing of ['2.0.0', 'beta', '__proto__', 'constructor']) {
      expect(await outcome(`GET /@acme%2fwidget/${missing}`)).toEqual([404, 'version_not_found'])
    }
  })

  it('moves and removes dist-tags, but never removes latest', async () => {
    const path = '/-/package/settings/dist-tags'
    expect((await send(`PUT ${path}/next`, { token, body: '"1.0.0"' })).status).toBe(200)
    expect(await json(send(`GET ${path}`))).toMatchObject({ next: '1.0.0' })
    expect((await send(`DELETE ${path}/next`, { token })).status).toBe(200)
    expect(await json(send(`GET ${path}`))).not.toHaveProperty('next')

    expect(await outcome(`DELETE ${path}/latest`, { token })).toEqual([409, 'tag_needed'])
    expect(await outcome(`PUT ${path}/next`, { token, body: '"9.9.9"' })).toEqual([
      404,
      'version_not_found',
    ])
    expect(await outcome(`PUT ${path}/1.x`, { token, body: '"1.0.0"' })).toEqual([
      400,
      'name_invalid',
    ])
    for (const body of ['', '{', 'null', '{}', '['.repeat(100_000) + ']'.repeat(100_000)]) {
      expect(await outcome(`PUT ${path}/next`, { token, body })).toEqual([400, 'body_malformed'])
    }
    const huge = JSON.stringify('1'.repeat(300_000))
    expect(await outcome(`PUT ${path}/next`, { token, body: huge })).toEqual([
      413,
      'body_too_large',
    ])
    expect(await outcome(`PUT ${path}/next`, { body: '"1.0.0"' })).toEqual([
      401,
      'authentication_required',
    ])
    const actions = (await registry.store.log.events(100)).map((event) => event.action)
    expect(actions).toEqual(expect.arrayContaining(['dist-tag.set', 'dist-tag.removed']))
  })

  it('shows and changes who may read a package', async () => {
    const access = '/-/package/settings/access'
    const visibility = async () => json(send('GET /-/package/settings/visibility', { token }))
    expect((await send(`POST ${access}`, { token, body: '{"access":"restricted"}' })).status).toBe(
      200,
    )
    expect(await visibility()).toEqual({ public: false })
    expect((await send('GET /settings')).status).toBe(404)
    expect((await send(`POST ${access}`, { token, body: '{"access":"public"}' })).status).toBe(200)
    expect(await visibility()).toEqual({ public: true })
    for (const body of ['null', '[]', '{"access":"all"}']) {
      expect(await outcome(`POST ${access}`, { token, body })).toEqual([400, 'body_malformed'])
    }
    const bob = await registry.token(registry.bob, 'read', 'manage')
    expect(await outcome(`POST ${access}`, { token: bob, body: '{"access":"public"}' })).toEqual([
      403,
      'not_owner',
    ])
  })

  it('knows who asks, and pings', async () => {
    expect(await json(send('GET /-/whoami', { token }))).toEqual({ username: 'alice' })
    expect(await outcome('GET /-/whoami')).toEqual([401, 'authentication_required'])
    expect(await json(send('GET /-/ping'))).toEqual({})
    expect(await json(send('GET /-/package/settings/collaborators', { token }))).toEqual({
      alice: 'write',
    })
  })

  it('hides restricted packages behind the sentence for what does not exist', async () => {
    for (const line of [
      'GET /NAME/1.0.0',
      'GET /NAME/-/NAME-1.0.0.tgz',
      'GET /-/package/NAME/dist-tags',
      'PUT /-/package/NAME/dist-tags/next',
      'DELETE /-/package/NAME/dist-tags/next',
      'GET /-/package/NAME/visibility',
      'POST /-/package/NAME/access',
      'GET /-/package/NAME/collaborators',
      'GET /-/package/NAME/trust',
      'PUT /NAME',
    ]) {
      const [hidden, missing] = await Promise.all(
        ['secret', 'absent'].map(async (name) => {
          const answer = await send(line.replaceAll('NAME', name))
          return [answer.status, (await answer.text()).replaceAll(name, '…')]
        }),
      )
      expect([line, ...(hidden ?? [])]).toEqual([line, ...(missing ?? [])])
    }
  })

  it('sends readers upstream for what is not here only', async () => {
    const elsewhere = await send('GET /@types%2fnode')
    expect([elsewhere.status, elsewhere.headers.get('location')]).toEqual([
      302,
      'https://upstream.example/npm/@types%2fnode',
    ])
    // Names that cannot be new ones here, yet exist upstream.
    for (const name of ['JSONStream', 'events']) {
      expect((await send(`GET /${name}`)).headers.get('location')).toBe(
        `https://upstream.example/npm/${name}`,
      )
    }
    expect((await send('GET /@acme%2fwidget')).status).toBe(200)
    expect((await send('GET /secret', { token })).status).toBe(200)
    expect(await outcome('GET /%2e%2e%2f..%2fetc')).toEqual([404, 'package_not_found'])
  })

  it.each([
    ['PUT', '/-/user/org.couchdb.user:alice'],
    ['POST', '/-/v1/login'],
    ['GET', '/-/v1/search?text=x'],
    ['POST', '/-/npm/v1/security/advisories/bulk'],
    ['PUT', '/settings/-rev/1-abc'],
    ['DELETE', '/settings/-rev/1-abc'],
    ['DELETE', '/settings/-/settings-1.0.0.tgz/-rev/1-abc'],
  ])('does not offer %s %s and says so', async (method, path) => {
    expect(await outcome(`${method} ${path}`, { token })).toEqual([404, 'not_offered'])
  })

  it('needs an ID token for an exchange', async () => {
    expect(await outcome('POST /-/npm/v1/oidc/token/exchange/package/settings')).toEqual([
      401,
      'id_token_absent',
    ])
    expect(
      await outcome('POST /-/npm/v1/oidc/token/exchange/package/settings', { token: 'x' }),
    ).toEqual([401, 'id_token_malformed'])
  })
})
