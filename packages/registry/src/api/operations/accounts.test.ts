import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prepareSetUp } from '../../domain/set-up.ts'
import { hashToken } from '../../domain/tokens.ts'
import { type ApiRegistry, openApiRegistry } from '../testing.ts'

describe('accounts and their tokens', () => {
  let registry: ApiRegistry
  beforeAll(async () => {
    registry = await openApiRegistry()
  })
  afterAll(() => registry.close())

  it('begin with the set-up token, which works once', async () => {
    const { store } = registry
    await store.accounts.setSetting('set-up token', undefined)
    expect(await prepareSetUp(store, 'secret')).toBeUndefined()
    expect(await registry.call('secret', 'POST /set-up', { account: 'first' })).toMatchObject({
      status: 403,
      body: { code: 'set_up_done' },
    })

    await store.accounts.setSetting('set-up token', hashToken('secret'))
    expect(await registry.call('guess', 'POST /set-up', { account: 'first' })).toMatchObject({
      status: 401,
      body: { code: 'token_unknown' },
    })
    expect(await registry.call('secret', 'POST /set-up', { account: 'F' })).toMatchObject({
      status: 400,
      body: { code: 'name_invalid' },
    })
    const { status, body } = await registry.call('secret', 'POST /set-up', { account: 'first' })
    expect(status).toBe(201)
    const created = await registry.call(String(body.token), 'POST /accounts', {
      name: 'second',
      role: 'member',
    })
    expect(created).toMatchObject({ status: 201, body: { name: 'second', role: 'member' } })
    expect(await registry.call('secret', 'POST /set-up', { account: 'third' })).toMatchObject({
      status: 403,
    })
  })

  it('are listed in pages', async () => {
    const page = await registry.call(registry.root, 'GET /accounts?limit=1&after=alice')
    expect(page.body).toMatchObject({ accounts: [{ name: 'bob', role: 'member' }] })
  })

  it('are not made twice, not even at the same moment', async () => {
    const carol = { name: 'carol', role: 'member' }
    const answers = await Promise.all(
      [1, 2, 3].map(() => registry.call(registry.root, 'POST /accounts', carol)),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409])
  })

  it.each(['', 'Carol', 'a b', '-a', 'a-', 'ä', 'a'.repeat(65), 'a\n', '@a', '../x'])(
    'cannot be called %j',
    async (name) => {
      const answer = await registry.call(registry.root, 'POST /accounts', { name, role: 'member' })
      expect(answer).toMatchObject({ status: 400, body: { code: 'name_invalid' } })
    },
  )

  it('get tokens that work until they are revoked, and show their text once', async () => {
    const { bob } = registry
    const request = { description: 'laptop', permissions: ['read', 'manage'], expiresInDays: 30 }
    const { body } = await registry.call(bob, 'POST /tokens', request)
    const text = String(body.token)
    const listed = await registry.call(text, 'GET /tokens')
    expect(JSON.stringify(listed.body)).not.toContain(text)
    expect(listed.body).toMatchObject({
      tokens: expect.arrayContaining([
        expect.objectContaining({ description: 'laptop', hint: text.slice(0, 17) }),
      ]),
    })

    expect(await registry.call(text, `DELETE /tokens/${body.id}`)).toMatchObject({ status: 204 })
    expect(await registry.call(text, 'GET /tokens')).toMatchObject({
      status: 401,
      body: { code: 'token_revoked' },
    })
  })

  it('cannot make a token that may do more than the one they use', async () => {
    const token = await registry.token(registry.alice, 'manage')
    const request = { description: 'x', permissions: ['manage', 'publish'] }
    expect(await registry.call(token, 'POST /tokens', request)).toMatchObject({
      status: 403,
      body: { code: 'token_permission', message: expect.stringContaining('"publish"') },
    })
  })

  it('leave tokens of others alone, unless they administer the registry', async () => {
    const { alice, bob, root } = registry
    const request = { description: 'x', permissions: ['read'], account: 'bob' }
    for (const [line, body] of [
      ['POST /tokens', request],
      ['GET /tokens?account=bob', undefined],
    ] as const) {
      expect(await registry.call(alice, line, body)).toMatchObject({
        status: 403,
        body: { code: 'admin_only' },
      })
    }
    const { body } = await registry.call(root, 'POST /tokens', request)
    expect(await registry.call(alice, `DELETE /tokens/${body.id}`)).toMatchObject({ status: 404 })
    const listed = await registry.call(root, 'GET /tokens?account=bob')
    expect(JSON.stringify(listed.body)).toContain(String(body.id))
    expect(await registry.call(root, `DELETE /tokens/${body.id}`)).toMatchObject({ status: 204 })
    expect(await registry.call(String(body.token), 'GET /packages?ecosystem=npm')).toMatchObject({
      status: 401,
    })
    expect(await registry.call(bob, 'DELETE /tokens/nonsense')).toMatchObject({ status: 404 })
    expect(
      await registry.call(root, 'POST /tokens', { ...request, account: 'nobody' }),
    ).toMatchObject({ status: 404, body: { code: 'does_not_exist' } })
  })
})
