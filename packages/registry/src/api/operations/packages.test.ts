import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiRegistry, openApiRegistry } from '../testing.ts'

const WIDGET = '/packages/npm/@acme%2Fwidget'

describe('packages over the API', () => {
  let registry: ApiRegistry
  beforeAll(async () => {
    registry = await openApiRegistry()
    const { alice } = registry
    for (const name of ['npm:@acme/widget', 'npm:left', 'npm:right', 'pypi:Acme.Widget']) {
      await registry.packageOf(alice, name)
    }
  })
  afterAll(() => registry.close())

  it('are listed by name, page by page, to tokens that may read', async () => {
    const token = await registry.token(registry.bob, 'read')
    const first = await registry.call(token, 'GET /packages?ecosystem=npm&limit=2')
    expect(first.body).toMatchObject({ packages: [{ name: '@acme/widget' }, { name: 'left' }] })
    const next = await registry.call(token, 'GET /packages?ecosystem=npm&limit=2&after=left')
    expect(next.body).toMatchObject({ packages: [{ name: 'right' }] })
  })

  it.each([WIDGET, '/packages/npm/%40acme%2fwidget', '/packages/npm/@acme/widget'])(
    'are found at %s',
    async (path) => {
      const token = await registry.token(registry.bob, 'read')
      const response = await registry.app.fetch(
        new Request(`https://registry.example/-/api/v1${path}`, {
          headers: { authorization: `Bearer ${token}` },
        }),
      )
      expect(await response.json()).toMatchObject({
        name: '@acme/widget',
        owners: ['alice'],
        tags: { latest: '1.0.0' },
        releases: [{ version: '1.0.0', publishedBy: { kind: 'account', name: 'alice' } }],
      })
    },
  )

  it('that do not exist or cannot exist are refused with a sentence', async () => {
    expect(await registry.call(registry.bob, 'GET /packages/npm/nothing')).toMatchObject({
      status: 404,
      body: { code: 'package_not_found' },
    })
    expect(await registry.call(registry.bob, 'GET /packages/npm/UPPER')).toMatchObject({
      status: 400,
      body: { code: 'name_invalid' },
    })
  })

  it('change their visibility by their owner or an administrator only', async () => {
    const { alice, bob, root } = registry
    const body = { visibility: 'public' }
    expect(await registry.call(bob, `PATCH ${WIDGET}`, body)).toMatchObject({
      status: 403,
      body: { code: 'not_owner' },
    })
    expect(await registry.call(alice, `PATCH ${WIDGET}`, body)).toMatchObject({ status: 204 })
    expect((await registry.call(bob, `GET ${WIDGET}`)).body).toMatchObject(body)
    const back = { visibility: 'restricted' }
    expect(await registry.call(root, `PATCH ${WIDGET}`, back)).toMatchObject({ status: 204 })
  })

  it('gain and lose owners, but never the last', async () => {
    const { alice, bob } = registry
    const owners = `${WIDGET}/owners`
    expect(await registry.call(bob, `PUT ${owners}/bob`)).toMatchObject({ status: 403 })
    expect(await registry.call(alice, `DELETE ${owners}/alice`)).toMatchObject({
      status: 409,
      body: { code: 'last_owner' },
    })
    expect(await registry.call(alice, `PUT ${owners}/nobody`)).toMatchObject({ status: 404 })
    expect(await registry.call(alice, `PUT ${owners}/bob`)).toMatchObject({ status: 204 })
    expect(await registry.call(alice, `PUT ${owners}/bob`)).toMatchObject({ status: 204 })
    expect(await registry.call(bob, `DELETE ${owners}/alice`)).toMatchObject({ status: 204 })
    expect(await registry.call(alice, `PUT ${owners}/alice`)).toMatchObject({ status: 403 })
    expect(await registry.call(bob, `PUT ${owners}/alice`)).toMatchObject({ status: 204 })
  })

  it('of Python are yanked and given back; those of npm are not', async () => {
    const { alice, store } = registry
    const yank = (path: string, version: string, reason: string | null) =>
      registry.call(alice, `POST ${path}/yank`, { version, reason })
    const yanked = async () => {
      const pkg = await store.packages.find('pypi', 'acme-widget')
      return (await store.packages.release(pkg?.id ?? '', '1.0.0'))?.files[0]?.yanked
    }

    expect(await yank('/packages/pypi/acme_widget', 'v1.0.0', '')).toMatchObject({ status: 204 })
    expect(await yanked()).toBe('')
    expect(await yank('/packages/pypi/Acme.Widget', '1.0.0', null)).toMatchObject({ status: 204 })
    expect(await yanked()).toBeUndefined()
    expect(await yank('/packages/pypi/acme-widget', '2.0', 'broken')).toMatchObject({
      status: 404,
      body: { code: 'version_not_found' },
    })
    expect(await yank('/packages/pypi/acme-widget', 'latest', 'x')).toMatchObject({ status: 400 })
    expect(await yank(WIDGET, '1.0.0', 'broken')).toMatchObject({
      status: 404,
      body: { code: 'not_offered' },
    })
  })
})
