import { PROVIDERS } from '@trustpub/identity'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiRegistry, openApiRegistry } from '../api/testing.ts'
import type { Account } from '../domain/model.ts'

/** A package for each test that changes one. */
const pathOf = (name: string): string => `/-/package/@acme%2f${name}/trust`
const PATH = pathOf('widget')
const CONFIGURATION = {
  type: 'github',
  claims: { repository: 'acme/widget', workflow_ref: { file: 'release.yml' } },
  permissions: ['createPackage'],
}

describe('npm trust', () => {
  let registry: ApiRegistry
  beforeAll(async () => {
    registry = await openApiRegistry()
  })
  afterAll(() => registry.close())

  const send = async (
    who: Account | undefined,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; notice: string | null; body: unknown }> => {
    const token = who === undefined ? undefined : await registry.token(who, 'read', 'manage')
    const response = await registry.app.fetch(
      new Request(`https://registry.example${path}`, {
        method,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
    const text = await response.text()
    const notice = response.headers.get('npm-notice')
    return { status: response.status, notice, body: text === '' ? undefined : JSON.parse(text) }
  }

  it('creates, lists and revokes in the words of npm', async () => {
    const { alice } = registry
    await registry.packageOf(alice, 'npm:@acme/listed')
    const path = pathOf('listed')
    const claims = { ...CONFIGURATION.claims, environment: 'release' }
    const permissions = ['createPackage', 'createStagedPackage']
    const sent = { ...CONFIGURATION, claims, permissions }
    const created = await send(alice, 'POST', path, [sent])
    expect(created).toMatchObject({ status: 201, notice: null })
    expect(created.body).toEqual([{ id: expect.any(String), ...sent }])

    const listed = await send(alice, 'GET', path)
    expect(listed.body).toEqual(created.body)
    const [{ id }] = listed.body as [{ id: string }]
    expect(await send(alice, 'DELETE', `${path}/${id}`)).toMatchObject({ status: 204 })
    expect(await send(alice, 'GET', path)).toMatchObject({ status: 200, body: [] })
  })

  it('makes a pending publisher for a package that does not exist, and says so', async () => {
    const created = await send(registry.alice, 'POST', pathOf('pending'), [CONFIGURATION])
    expect(created.status).toBe(201)
    expect(created.notice).toBe(
      '@acme/pending does not exist yet. It comes into being, owned by alice, when this publisher first publishes it.',
    )
  })

  it.each(PROVIDERS)('reads back what it shows of a publisher of $id', async (provider) => {
    const { ref: _ref, ...fields } = provider.example.fields
    const claims = provider.npmTrust.toClaims(fields)
    const sent = { type: provider.id, claims, permissions: ['createPackage'] }
    const created = await send(registry.alice, 'POST', pathOf(provider.id), [sent])
    expect(created.body).toEqual([{ id: expect.any(String), ...sent }])
  })

  it('refuses whoever does not own the package', async () => {
    const { alice, bob } = registry
    const path = pathOf('owned')
    await registry.packageOf(alice, 'npm:@acme/owned')
    const [{ id }] = (await send(alice, 'POST', path, [CONFIGURATION])).body as [{ id: string }]
    for (const [method, to, body] of [
      ['POST', path, [CONFIGURATION]],
      ['GET', path, undefined],
      ['DELETE', `${path}/${id}`, undefined],
    ] as const) {
      expect(await send(bob, method, to, body)).toMatchObject({ status: 403 })
      expect(await send(undefined, method, to, body)).toMatchObject({ status: 401 })
    }
  })

  it('refuses a revocation of what is not there', async () => {
    await registry.packageOf(registry.alice, 'npm:@acme/empty')
    expect(await send(registry.alice, 'DELETE', `${pathOf('empty')}/nonsense`)).toMatchObject({
      status: 404,
    })
  })

  it.each([
    ['an unknown type', { type: 'jenkins' }, 'There is no CI provider "jenkins". Known ones: '],
    ['a prototype member as type', { type: 'toString' }, 'There is no CI provider "toString"'],
    ['no type', { type: undefined }, '"type" must name a CI provider'],
    ['no claims', { claims: undefined }, '"claims" must be an object'],
    ['an unknown member', { audience: 'x' }, '"audience" is not known here'],
    [
      'a claim it does not understand',
      { claims: { ...CONFIGURATION.claims, ref: 'refs/heads/main' } },
      'the claim "ref" of type "github" is not understood',
    ],
    [
      'more about the workflow than its file',
      { claims: { ...CONFIGURATION.claims, workflow_ref: { file: 'release.yml', sha: '1' } } },
      'the claim "workflow_ref" of type "github" is not understood',
    ],
    ['no repository', { claims: { workflow_ref: { file: 'release.yml' } } }, 'it is required'],
    [
      'a file that is none',
      { claims: { ...CONFIGURATION.claims, workflow_ref: { file: 'release.sh' } } },
      'write the name of a .yml or .yaml file',
    ],
    ['no permission', { permissions: [] }, '"permissions" must list some of: createPackage'],
    ['an unknown permission', { permissions: ['createPackage', 'x'] }, 'must list some of'],
    ['a permission twice', { permissions: ['createPackage', 'createPackage'] }, 'must list some'],
  ])('refuses %s with 422', async (_what, change, message) => {
    const answer = await send(registry.alice, 'POST', PATH, [{ ...CONFIGURATION, ...change }])
    expect(answer).toMatchObject({ status: 422, notice: expect.stringContaining(message) })
  })

  it.each([[null], [{}], [[]], [[1]], [[CONFIGURATION, CONFIGURATION]]])(
    'refuses the body %j',
    async (body) => {
      expect(await send(registry.alice, 'POST', PATH, body)).toMatchObject({ status: 422 })
    },
  )
})
