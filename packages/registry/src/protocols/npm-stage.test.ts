import { randomBytes } from 'node:crypto'
import { KeySets } from '@trustpub/identity'
import { type DevelopmentIssuer, startDevelopmentIssuer } from '@trustpub/identity/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tarGzOf } from '../archives/testing.ts'
import { claimsOf, HOST, openTemporaryRegistry, RUN, type TemporaryRegistry } from '../testing.ts'
import { npmTarballOf, publishDocumentOf } from './npm-testing.ts'

const NAME = '@acme/staged'
const PATH = NAME.replace('/', '%2f')

/** Above the size up to which blobs are rows. */
const LARGE_BYTES = 100_000

describe('npm stage', () => {
  let issuer: DevelopmentIssuer
  let registry: TemporaryRegistry
  let owner: string
  let ci: string
  beforeAll(async () => {
    issuer = await startDevelopmentIssuer({ issuer: RUN.issuer })
    registry = await openTemporaryRegistry({}, { keys: new KeySets({ fetch: issuer.fetchJson }) })
    owner = await registry.token(registry.alice, 'read', 'publish')
    const body = publishDocumentOf(NAME, '0.1.0', await npmTarballOf(NAME, '0.1.0'))
    expect((await registry.request(`PUT /${PATH}`, { token: owner, body })).status).toBe(201)
    await registry.trust(registry.alice, [`npm:${NAME}`], { permissions: ['stage'] })
    const exchanged = await registry.request(`POST /-/npm/v1/oidc/token/exchange/package/${PATH}`, {
      token: await issuer.sign(claimsOf(), `npm:${HOST}`),
    })
    ci = ((await exchanged.json()) as { token: string }).token
  })
  afterAll(async () => {
    await registry.close()
    await issuer.close()
  })

  const send = async (version: string, token = ci, tarball?: Buffer): Promise<Response> => {
    const body = publishDocumentOf(NAME, version, tarball ?? (await npmTarballOf(NAME, version)))
    return registry.request(`POST /-/stage/package/${PATH}`, { token, body })
  }
  const stage = async (version: string, tarball?: Buffer): Promise<string> =>
    ((await (await send(version, ci, tarball)).json()) as { stageId: string }).stageId
  const ask = async (line: string, token = owner) => {
    const answer = await registry.request(line, { token })
    return { status: answer.status, json: (await answer.json()) as Record<string, unknown> }
  }
  const versions = async () =>
    Object.keys((await ask(`GET /${PATH}`)).json.versions as Record<string, unknown>)

  it('shows what waits to the owner, with who staged it, and hides it from everybody else', async () => {
    const id = await stage('1.0.0')
    expect(id).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    const listed = await ask(`GET /-/stage?page=0&perPage=100&package=${encodeURIComponent(NAME)}`)
    const item = {
      id,
      packageName: NAME,
      version: '1.0.0',
      tag: 'latest',
      createdAt: expect.stringMatching(/Z$/),
      actor: 'GitHub Actions',
      actorType: 'trusted publisher',
      shasum: expect.stringMatching(/^[0-9a-f]{40}$/),
      repository: 'https://github.com/acme/widget',
      commit: RUN.commit,
    }
    expect(listed.json).toMatchObject({ total: 1, items: [item] })
    expect((await ask(`GET /-/stage/${id}`)).json).toMatchObject(item)
    const stranger = await registry.token(registry.bob, 'read', 'publish')
    expect((await ask('GET /-/stage', stranger)).json).toEqual({ total: 0, items: [] })
    expect((await ask(`GET /-/stage/${id}`, stranger)).json.code).toBe('staged_not_found')
    expect((await ask(`GET /-/stage/${id}/tarball`, stranger)).json.code).toBe('staged_not_found')
    expect(await versions()).toEqual(['0.1.0'])
    expect((await ask(`GET /${PATH}/-/staged-1.0.0.tgz`)).json.code).toBe('file_not_found')
    expect((await ask(`DELETE /-/stage/${id}`)).status).toBe(200)
  })

  it('gives the owner the tarball, publishes it unchanged, and shows who approved', async () => {
    const tarball = await npmTarballOf(NAME, '2.0.0')
    const id = await stage('2.0.0', tarball)
    const bytesOf = async (path: string) =>
      Buffer.from(await (await registry.request(`GET ${path}`, { token: owner })).arrayBuffer())
    expect(await bytesOf(`/-/stage/${id}/tarball`)).toEqual(tarball)
    expect(await ask(`POST /-/stage/${id}/approve`)).toEqual({
      status: 200,
      json: { ok: true, id: `${NAME}@2.0.0`, tags: ['latest'] },
    })
    expect(await bytesOf(`/${PATH}/-/staged-2.0.0.tgz`)).toEqual(tarball)
    const { json } = await ask(`GET /${PATH}`)
    expect(json['dist-tags']).toEqual({ latest: '2.0.0' })
    expect((json.versions as Record<string, unknown>)['2.0.0']).toMatchObject({
      _npmUser: { approver: { name: 'alice', email: '' }, trustedPublisher: { id: 'github' } },
      dist: { signatures: [{ keyid: expect.any(String) }] },
    })
    const path = encodeURIComponent(NAME)
    const details = await ask(`GET /-/api/v1/packages/npm/${path}`)
    expect((details.json.releases as object[])[0]).toMatchObject({
      publishedBy: { kind: 'publisher', approver: 'alice' },
    })
  })

  it.each(['small', 'large'])('removes the %s file of a version that is rejected', async (size) => {
    const before = [...(await registry.blobNames())].sort()
    const version = size === 'small' ? '3.0.0' : '3.1.0'
    const json = JSON.stringify({ name: NAME, version, dependencies: { semver: '^7.0.0' } })
    const content = randomBytes(LARGE_BYTES).toString('base64')
    const large = await tarGzOf([
      ['package/package.json', json],
      ['package/index.js', content],
    ])
    const id = await stage(version, size === 'small' ? undefined : large)
    expect(await registry.blobNames()).toHaveLength(before.length + 1)
    expect((await ask(`DELETE /-/stage/${id}`)).status).toBe(200)
    expect([...(await registry.blobNames())].sort()).toEqual(before)
  })

  it('keeps no second copy of what is staged again', async () => {
    const id = await stage('4.0.0')
    const blobs = await registry.blobNames()
    expect(await stage('4.0.0')).toBe(id)
    expect(await registry.blobNames()).toEqual(blobs)
  })

  it('refuses with its own codes, with nothing stored', async () => {
    const blobs = await registry.blobNames()
    const codeOf = async (answer: Response) => [
      answer.status,
      ((await answer.json()) as { code: string }).code,
    ]
    const other = await npmTarballOf(NAME, '4.0.0', { main: 'other.js' })
    expect(await codeOf(await send('0.1.0'))).toEqual([409, 'version_published'])
    expect(await codeOf(await send('4.0.0', owner))).toEqual([409, 'version_staged'])
    const body = publishDocumentOf(NAME, '4.0.0', other, {}, { main: 'other.js' })
    const put = await registry.request(`PUT /${PATH}`, { token: owner, body })
    expect(await codeOf(put)).toEqual([409, 'version_staged'])
    const published = await registry.request(`PUT /${PATH}`, { token: ci, body })
    expect(await codeOf(published)).toEqual([403, 'publisher_permission'])
    const fresh = publishDocumentOf('fresh', '1.0.0', await npmTarballOf('fresh', '1.0.0'))
    const unknown = { token: owner, body: fresh }
    expect(await codeOf(await registry.request('POST /-/stage/package/fresh', unknown))).toEqual([
      422,
      'stage_new_package',
    ])
    const empty = { token: ci, body: JSON.stringify({ name: NAME, versions: {} }) }
    expect(await codeOf(await registry.request(`POST /-/stage/package/${PATH}`, empty))).toEqual([
      400,
      'body_malformed',
    ])
    expect((await ask('GET /-/stage', ci)).json.code).toBe('approval_needs_account')
    expect((await ask('GET /-/stage?perPage=101')).json.code).toBe('parameter_invalid')
    expect((await ask('GET /-/stage?page=-1')).json.code).toBe('parameter_invalid')
    expect(await registry.blobNames()).toEqual(blobs)
  })

  it('moves no dist-tags with the token of a publisher that may only stage', async () => {
    const answer = await registry.request(`PUT /-/package/${PATH}/dist-tags/latest`, {
      token: ci,
      body: '"0.1.0"',
    })
    expect(((await answer.json()) as { code: string }).code).toBe('publisher_permission')
  })
})
