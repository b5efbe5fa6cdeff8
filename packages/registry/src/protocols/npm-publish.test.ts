import { KeySets } from '@trustpub/identity'
import { type DevelopmentIssuer, startDevelopmentIssuer } from '@trustpub/identity/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removePublisher } from '../domain/publishers.ts'
import { claimsOf, HOST, openTemporaryRegistry, RUN, type TemporaryRegistry } from '../testing.ts'
import { npmTarballOf, publishDocumentOf } from './npm-testing.ts'

const MAX_FILE_SIZE = 100_000

describe('npm publish', () => {
  let issuer: DevelopmentIssuer
  let registry: TemporaryRegistry
  let token: string
  beforeAll(async () => {
    issuer = await startDevelopmentIssuer({ issuer: RUN.issuer })
    registry = await openTemporaryRegistry(
      { maxFileSize: MAX_FILE_SIZE },
      { keys: new KeySets({ fetch: issuer.fetchJson }) },
    )
    token = await registry.token(registry.alice, 'read', 'publish')
  })
  afterAll(async () => {
    await registry.close()
    await issuer.close()
  })

  const put = (name: string, body: string, by: string | undefined = token): Promise<Response> =>
    registry.request(`PUT /${name.replace('/', '%2f')}`, { body, ...(by && { token: by }) })
  const publish = async (name: string, version = '1.0.0', by = token, more = {}) =>
    put(
      name,
      publishDocumentOf(name, version, await npmTarballOf(name, version, more), {}, more),
      by,
    )
  const codeOf = async (answer: Promise<Response> | Response): Promise<string> =>
    ((await (await answer).json()) as { code: string }).code
  const versionsOf = async (name: string): Promise<Record<string, Record<string, unknown>>> => {
    const answer = await registry.request(`GET /${name}`, { token })
    return ((await answer.json()) as { versions: Record<string, Record<string, unknown>> }).versions
  }
  const exchange = async (name: string): Promise<Response> =>
    registry.request(`POST /-/npm/v1/oidc/token/exchange/package/${name.replace('/', '%2f')}`, {
      token: await issuer.sign(claimsOf(), `npm:${HOST}`),
    })

  it('keeps the tarball and the manifest, without what only the registry may say', async () => {
    const answer = await publish('@acme/first', '1.0.0', token, { scripts: { install: 'x' } })
    expect([answer.status, await answer.json()]).toEqual([
      201,
      { ok: true, id: '@acme/first', success: true },
    ])
    expect((await versionsOf('@acme/first'))['1.0.0']).toMatchObject({
      description: 'The package @acme/first',
      _npmUser: { name: 'alice' },
      hasInstallScript: true,
      dist: {
        tarball: `https://${HOST}/@acme/first/-/first-1.0.0.tgz`,
        integrity: expect.not.stringContaining('forged'),
        fileCount: 2,
      },
    })
    expect(await registry.blobNames()).toHaveLength(1)
  })

  it('of the same bytes again succeeds and keeps no second copy', async () => {
    expect((await publish('again')).status).toBe(201)
    const blobs = await registry.blobNames()
    expect((await publish('again')).status).toBe(201)
    expect(await registry.blobNames()).toEqual(blobs)
  })

  it('of one version twice at once keeps one', async () => {
    const before = (await registry.blobNames()).length
    const answers = await Promise.all([
      publish('at-once', '1.0.0', token, { description: 'one' }),
      publish('at-once', '1.0.0', token, { description: 'two' }),
    ])
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409])
    expect(await registry.blobNames()).toHaveLength(before + 1)
    expect(Object.keys(await versionsOf('at-once'))).toEqual(['1.0.0'])
  })

  describe('is refused, and nothing is kept,', () => {
    const other = 'other'
    it.each<[why: string, status: number, code: string, send: () => Promise<Response>]>([
      ['of other bytes', 409, 'version_exists', () => publish('taken', '1.0.0', token, { x: 1 })],
      [
        'by a stranger',
        403,
        'not_owner',
        async () => publish('taken', '1.0.1', await registry.token(registry.bob, 'publish')),
      ],
      ['without a token', 401, 'authentication_required', () => put('taken', '{}', '')],
      [
        'with a token that may not publish',
        403,
        'token_permission',
        async () =>
          publish('fresh', '1.0.0', await registry.token(registry.alice, 'read', 'manage')),
      ],
      [
        'above the size limit',
        413,
        'too_large',
        () => put('fresh', publishDocumentOf('fresh', '1.0.0', Buffer.alloc(MAX_FILE_SIZE + 1))),
      ],
      [
        'of what is no tarball',
        400,
        'tarball_invalid',
        () => put('fresh', publishDocumentOf('fresh', '1.0.0', Buffer.from('not a tarball'))),
      ],
      [
        'of an empty tarball',
        400,
        'body_malformed',
        () => put('fresh', publishDocumentOf('fresh', '1.0.0', Buffer.alloc(0))),
      ],
      [
        'of a tarball of another package',
        400,
        'tarball_invalid',
        async () =>
          put('fresh', publishDocumentOf('fresh', '1.0.0', await npmTarballOf('mine', '1.0.0'))),
      ],
      [
        'of a tarball of another version',
        400,
        'tarball_invalid',
        async () =>
          put('fresh', publishDocumentOf('fresh', '1.0.0', await npmTarballOf('fresh', '1.0.1'))),
      ],
      [
        'of a tarball with an install script that the manifest hides',
        400,
        'manifest_mismatch',
        async () => {
          const scripts = { postinstall: 'node steal.js' }
          const tarball = await npmTarballOf('fresh', '1.0.0', { scripts })
          return put('fresh', publishDocumentOf('fresh', '1.0.0', tarball))
        },
      ],
      [
        'of a document for another package',
        400,
        'body_malformed',
        async () =>
          put('fresh', publishDocumentOf(other, '1.0.0', await npmTarballOf(other, '1.0.0'))),
      ],
      [
        'of a body that is cut short',
        400,
        'publish_malformed',
        async () =>
          put(
            'fresh',
            publishDocumentOf('fresh', '1.0.0', await npmTarballOf('fresh', '1.0.0')).slice(0, -20),
          ),
      ],
      [
        'of a tag that reads as a version',
        400,
        'name_invalid',
        async () =>
          put(
            'fresh',
            publishDocumentOf('fresh', '1.0.0', await npmTarballOf('fresh', '1.0.0'), {
              'dist-tags': { '1.x': '1.0.0' },
            }),
          ),
      ],
      ['under a name that is reserved', 400, 'name_invalid', () => publish('simple')],
      ['under a name with capitals', 400, 'name_invalid', () => publish('Fresh')],
      ['of no JSON', 400, 'publish_malformed', () => put('fresh', 'hello')],
      ['of nothing', 400, 'publish_malformed', () => put('fresh', '')],
      [
        'of no attachment for a package that does not exist',
        404,
        'package_not_found',
        () => put('fresh', '{"versions":{}}'),
      ],
    ])('%s: %i %s', async (_, status, code, send) => {
      await publish('taken')
      const blobs = await registry.blobNames()
      const answer = await send()
      expect([answer.status, await codeOf(answer)]).toEqual([status, code])
      expect(await registry.blobNames()).toEqual(blobs)
      for (const name of ['fresh', other]) {
        expect(await registry.store.packages.find('npm', name)).toBeUndefined()
      }
      expect(Object.keys(await versionsOf('taken'))).toEqual(['1.0.0'])
    })
  })

  it('is refused before the body is read if there is no leave', async () => {
    let asked = 0
    const body = new ReadableStream(
      {
        pull: () => {
          asked += 1
        },
      },
      { highWaterMark: 0 },
    )
    const request = new Request(`https://${HOST}/unasked`, { method: 'PUT', body, duplex: 'half' })
    const answer = await registry.app.fetch(request)
    expect([answer.status, asked]).toEqual([401, 0])
  })

  it('by a trusted publisher: exchange, publish, no more once the publisher is removed', async () => {
    const name = '@acme/trusted'
    const publisher = await registry.trust(registry.alice, [`npm:${name}`])
    const exchanged = await exchange(name)
    expect(exchanged.status).toBe(201)
    const { token: short, ...rest } = (await exchanged.json()) as { token: string }
    expect(rest).toMatchObject({ token_type: 'oidc', expires: expect.any(String) })
    expect(await registry.store.packages.find('npm', name)).toBeUndefined()

    expect(await codeOf(publish('@acme/untrusted', '1.0.0', short))).toBe('token_scope')
    expect((await publish(name, '1.0.0', short)).status).toBe(201)
    expect((await publish(name, '1.0.0', short)).status).toBe(201)
    expect((await versionsOf(name))['1.0.0']?._npmUser).toEqual({
      name: 'GitHub Actions',
      email: '',
      trustedPublisher: { id: 'github', oidcConfigId: `oidc:${publisher.id}` },
    })
    expect(await codeOf(publish(name, '1.0.0'))).toBe('version_exists')

    await removePublisher(registry.store, registry.alice, publisher.id)
    expect(await codeOf(publish(name, '1.0.1', short))).toBe('publisher_removed')
    expect(await codeOf(exchange(name))).toBe('repository_mismatch')
  })

  it('deprecates the versions that are named with a message, and takes it back', async () => {
    await publish('old', '1.0.0')
    await publish('old', '1.0.1')
    const deprecate = (versions: unknown) => put('old', JSON.stringify({ versions }))
    expect((await deprecate({ '1.0.0': { deprecated: 'use 2' } })).status).toBe(200)
    expect((await deprecate({ '1.0.1': { deprecated: 'too' } })).status).toBe(200)
    expect(await versionsOf('old')).toMatchObject({
      '1.0.0': { deprecated: 'use 2' },
      '1.0.1': { deprecated: 'too' },
    })
    expect((await deprecate({ '1.0.0': { deprecated: '' } })).status).toBe(200)
    expect((await versionsOf('old'))['1.0.0']).not.toHaveProperty('deprecated')
    expect((await versionsOf('old'))['1.0.0']?.dist).toHaveProperty('fileCount', 2)

    expect(await codeOf(deprecate(null))).toBe('body_malformed')
    const bob = await registry.token(registry.bob, 'read', 'publish')
    expect(await codeOf(put('old', '{"versions":{}}', bob))).toBe('not_owner')
  })
})
