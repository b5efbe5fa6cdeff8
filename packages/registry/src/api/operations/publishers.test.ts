import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiRegistry, openApiRegistry } from '../testing.ts'

const PUBLISHER = {
  provider: 'github',
  fields: { repository: 'acme/widget', workflow: 'release.yml' },
  permissions: ['publish'],
}

describe('trusted publishers over the API', () => {
  let registry: ApiRegistry
  beforeAll(async () => {
    registry = await openApiRegistry()
    for (const name of ['npm:@acme/widget', 'npm:owned']) {
      await registry.packageOf(registry.alice, name)
    }
  })
  afterAll(() => registry.close())

  it('are made for several packages at once, shown, and removed', async () => {
    const { alice } = registry
    const packages = ['npm:@acme/widget', 'npm:@acme/new', 'pypi:acme-widget']
    const created = await registry.call(alice, 'POST /publishers', { ...PUBLISHER, packages })
    expect(created).toMatchObject({
      status: 201,
      body: {
        ...PUBLISHER,
        issuer: 'https://token.actions.githubusercontent.com',
        packages: [
          { package: 'npm:@acme/widget', pending: false },
          { package: 'npm:@acme/new', pending: true },
          { package: 'pypi:acme-widget', pending: true },
        ],
      },
    })
    const one = `/publishers/${created.body.id}`
    expect((await registry.call(alice, `GET ${one}`)).body).toEqual(created.body)
    const list = 'GET /publishers?package=npm:@acme/widget'
    expect((await registry.call(alice, list)).body).toEqual({ publishers: [created.body] })

    const some = await registry.call(alice, `DELETE ${one}?package=npm:@acme/new`)
    expect(some.status).toBe(204)
    expect((await registry.call(alice, `GET ${one}`)).body.packages).toHaveLength(2)
    expect(await registry.call(alice, `DELETE ${one}`)).toMatchObject({ status: 204 })
    expect(await registry.call(alice, `GET ${one}`)).toMatchObject({
      status: 404,
      body: { code: 'does_not_exist' },
    })
  })

  it('cannot be seen or changed by those who do not own the package', async () => {
    const { alice, bob } = registry
    const body = { ...PUBLISHER, packages: ['npm:owned'] }
    expect(await registry.call(bob, 'POST /publishers', body)).toMatchObject({ status: 403 })
    const { body: made } = await registry.call(alice, 'POST /publishers', body)
    for (const [line, status] of [
      ['GET /publishers?package=npm:owned', 403],
      [`GET /publishers/${made.id}`, 404],
      [`DELETE /publishers/${made.id}`, 404],
      [`DELETE /publishers/${made.id}?package=npm:owned`, 403],
    ] as const) {
      expect(await registry.call(bob, line)).toMatchObject({ status })
    }
    expect(await registry.call(registry.root, `DELETE /publishers/${made.id}`)).toMatchObject({
      status: 204,
    })
  })

  it.each([
    [{ provider: 'jenkins' }, 422, 'There is no CI provider "jenkins"'],
    [{ fields: { repository: 'acme' } }, 422, 'write it as owner/name'],
    [{ fields: { ...PUBLISHER.fields, branch: 'x' } }, 422, 'has no field "branch"'],
    [{ fields: { repository: 'acme/widget' } }, 422, 'name either the workflow file or'],
    [{ issuer: 'https://example.com' }, 422, 'are not accepted here'],
    [{ packages: ['widget'] }, 400, 'needs its ecosystem in front: npm:<name> or pypi:<name>'],
    [{ packages: ['npm:Widget'] }, 400, 'has capital letters'],
    [{ packages: ['npm:'] }, 400, 'is neither a plain name nor'],
    [{ packages: [] }, 400, '"packages": name at least one package'],
    [{ permissions: [] }, 400, '"permissions": name at least one permission'],
    [{ pins: { repository_id: 'x' } }, 422, 'write the number that the forge gives it'],
    [{ workflow: 'release.yml' }, 400, '"workflow" is not known here'],
  ])('are refused with %j', async (change, status, message) => {
    const body = { ...PUBLISHER, packages: ['npm:other'], ...change }
    expect(await registry.call(registry.alice, 'POST /publishers', body)).toMatchObject({
      status,
      body: { message: expect.stringContaining(message) },
    })
  })
})
