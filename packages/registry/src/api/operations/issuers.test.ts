import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiRegistry, openApiRegistry } from '../testing.ts'

const URL = 'https://gitlab.example.com'

describe('issuers and logs over the API', () => {
  let registry: ApiRegistry
  beforeAll(async () => {
    registry = await openApiRegistry()
  })
  afterAll(() => registry.close())

  it('are registered once, used by publishers, and removed', async () => {
    const { root, alice } = registry
    const issuer = { url: URL, provider: 'gitlab' }
    expect(await registry.call(root, 'POST /issuers', issuer)).toMatchObject({
      status: 201,
      body: { ...issuer, allowPrivateNetwork: false },
    })
    expect(await registry.call(root, 'POST /issuers', issuer)).toMatchObject({
      status: 409,
      body: { message: `The issuer ${URL} already exists.` },
    })
    const publisher = await registry.call(alice, 'POST /publishers', {
      provider: 'gitlab',
      issuer: URL,
      fields: { repository: 'acme/tools/widget', workflow: '.gitlab-ci.yml' },
      packages: ['npm:widget'],
      permissions: ['publish'],
    })
    expect(publisher.status).toBe(201)
    const listed = await registry.call(alice, 'GET /issuers')
    expect(listed.body.issuers).toContainEqual({ ...issuer, allowPrivateNetwork: false })

    const removal = `DELETE /issuers/${encodeURIComponent(URL)}`
    expect(await registry.call(root, removal)).toMatchObject({ status: 204 })
    expect(await registry.call(root, removal)).toMatchObject({ status: 404 })
  })

  it.each([
    [{ url: 'http://ci.example.com', provider: 'gitlab' }, 422, 'it must begin with https://'],
    [{ url: 'https://10.0.0.1', provider: 'gitlab' }, 422, 'it must name a host'],
    [{ url: URL, provider: 'jenkins' }, 422, 'There is no CI provider'],
    [{ url: 'https://gitlab.com', provider: 'gitlab' }, 409, 'already exists'],
  ])('are refused: %j', async (body, status, message) => {
    expect(await registry.call(registry.root, 'POST /issuers', body)).toMatchObject({
      status,
      body: { message: expect.stringContaining(message) },
    })
  })

  it('shows attempts to owners, to whoever waits for the package, and to administrators', async () => {
    const { alice, bob, root, store } = registry
    await registry.packageOf(alice, 'npm:@acme/widget')
    await store.log.attempt({
      ecosystem: 'npm',
      package: '@acme/widget',
      issuer: 'https://token.actions.githubusercontent.com',
      source: 'acme/widget',
      code: 'workflow_mismatch',
      message: 'The claim workflow_ref is another.',
      run: {
        repository: 'acme/widget',
        repositoryUrl: '',
        workflow: '',
        ref: '',
        commit: '',
        url: '',
      },
      checks: [
        {
          claim: 'workflow_ref',
          expected: 'acme/widget/.github/workflows/release.yml@…',
          actual: 'acme/widget/.github/workflows/ci.yml@refs/heads/main',
          ok: false,
          code: 'workflow_mismatch',
        },
      ],
    })
    const line = 'GET /attempts?package=npm:@acme/widget'
    const seen = await registry.call(alice, line)
    expect(seen.body).toMatchObject({
      attempts: [{ code: 'workflow_mismatch', checks: [{ claim: 'workflow_ref', ok: false }] }],
    })
    expect(await registry.call(bob, line)).toMatchObject({ status: 403 })
    expect((await registry.call(root, 'GET /attempts')).body).toEqual(seen.body)
    expect(await registry.call(alice, 'GET /attempts')).toMatchObject({ status: 403 })

    const waiting = 'GET /attempts?package=npm:widget'
    expect(await registry.call(alice, waiting)).toMatchObject({ status: 200 })
    expect(await registry.call(bob, waiting)).toMatchObject({ status: 404 })
  })

  it('shows what was changed to administrators', async () => {
    const { body } = await registry.call(registry.root, 'GET /events?limit=500')
    const actions = (body.events as { action: string }[]).map(({ action }) => action)
    expect(actions).toEqual(
      expect.arrayContaining(['issuer.registered', 'issuer.removed', 'publisher.created']),
    )
  })
})
