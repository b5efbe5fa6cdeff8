import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATIONS } from './operations/index.ts'
import { type ApiRegistry, openApiRegistry } from './testing.ts'

describe('the API', () => {
  let registry: ApiRegistry
  beforeAll(async () => {
    registry = await openApiRegistry()
  })
  afterAll(() => registry.close())

  const lineOf = ({ method, path }: (typeof OPERATIONS)[number]): string =>
    `${method.toUpperCase()} ${path.replace('{ecosystem}', 'npm').replace(/\{\w+\}/g, 'x')}`

  it.each(OPERATIONS)('asks an anonymous $method $path for a token', async (operation) => {
    expect(await registry.call(undefined, lineOf(operation))).toMatchObject({
      status: 401,
      body: { code: 'authentication_required' },
    })
  })

  it.each(OPERATIONS.filter(({ access }) => access === 'manage' || access === 'admin'))(
    'refuses a token that may only read and publish: $method $path',
    async (operation) => {
      const token = await registry.token(registry.root, 'read', 'publish')
      expect(await registry.call(token, lineOf(operation))).toMatchObject({
        status: 403,
        body: {
          code: 'token_permission',
          message: 'The API token lacks the permission "manage" that this needs.',
        },
      })
    },
  )

  it.each(OPERATIONS.filter(({ access }) => access === 'admin'))(
    'refuses a member: $method $path',
    async (operation) => {
      expect(await registry.call(registry.alice, lineOf(operation))).toMatchObject({
        status: 403,
        body: { code: 'admin_only', message: expect.stringMatching(/^Only an administrator may /) },
      })
    },
  )

  it('says the same sentence in every member that a client looks at', async () => {
    const { body, headers } = await registry.call(undefined, 'GET /tokens')
    const message = body.message
    expect(body).toMatchObject({
      error: message,
      detail: message,
      body: { message },
      errors: [{ description: message }],
    })
    expect(headers.get('npm-notice')).toBe(message)
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it.each([
    ['POST /accounts', { role: 'member' }, '"name" is missing'],
    ['POST /accounts', { name: 'x', role: 'owner' }, '"role" must be "admin" or "member"'],
    ['POST /accounts', { name: 1, role: 'admin' }, '"name" must be string'],
    ['POST /accounts', { name: 'x', role: 'admin', age: 1 }, '"age" is not known here'],
    ['POST /accounts', [], '"name" is missing'],
    ['POST /accounts', 'x', 'it must be an object'],
    ['POST /accounts', null, 'it must be an object'],
    [
      'POST /tokens',
      { description: 'x', permissions: ['root'] },
      '"permissions.0" must be "read" or "publish" or "manage"',
    ],
    ['POST /tokens', { description: 'x', permissions: [] }, '"permissions": name at least one'],
    [
      'POST /tokens',
      { description: 'x', permissions: ['read'], expiresInDays: 0.5 },
      '"expiresInDays": write a whole number',
    ],
    [
      'POST /tokens',
      { description: 'x'.repeat(301), permissions: ['read'] },
      '"description": it is longer than 300 characters',
    ],
  ])('names what is wrong with the body of %s %j', async (line, body, reason) => {
    expect(await registry.call(registry.root, line, body)).toMatchObject({
      status: 400,
      body: { code: 'body_malformed', message: expect.stringContaining(reason) },
    })
  })

  it.each([
    ['GET /packages', '"ecosystem" is missing'],
    ['GET /packages?ecosystem=cargo', '"ecosystem" must be "npm" or "pypi"'],
    ['GET /packages/cargo/x', '"ecosystem" must be "npm" or "pypi"'],
    ['GET /accounts?limit=0', '"limit": ask for at least 1'],
    ['GET /accounts?limit=501', '"limit": ask for at most 500'],
    ['GET /accounts?limit=1.5', '"limit": write a whole number'],
    ['GET /accounts?limit=many', '"limit" must be'],
    ['GET /accounts?page=2', '"page" is not known here'],
  ])('names what is wrong with the parameters of %s', async (line, reason) => {
    expect(await registry.call(registry.root, line)).toMatchObject({
      status: 400,
      body: { code: 'parameter_invalid', message: expect.stringContaining(reason) },
    })
  })

  it('answers 404 to what it has not', async () => {
    for (const line of ['GET /nothing', 'DELETE /accounts']) {
      expect(await registry.call(registry.root, line)).toMatchObject({
        status: 404,
        body: { code: 'not_found' },
      })
    }
  })
})
