import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiRegistry, openApiRegistry } from '../testing.ts'

describe('signing keys over the API', () => {
  let registry: ApiRegistry
  beforeAll(async () => {
    registry = await openApiRegistry()
  })
  afterAll(() => registry.close())

  it('are changed by an administrator, and the private half is never shown', async () => {
    const { root, alice } = registry
    const rotated = await registry.call(root, 'POST /signing-keys')
    expect(rotated.status).toBe(201)
    const listed = await registry.call(alice, 'GET /signing-keys')
    expect(listed.body.keys).toEqual([
      rotated.body,
      expect.objectContaining({ expiresAt: expect.any(String) }),
    ])
    expect(JSON.stringify(listed.body)).not.toContain('rivate')
    const [event] = await registry.store.log.events(1)
    expect(event).toMatchObject({
      actor: 'root',
      action: 'signing-key.rotated',
      subject: rotated.body.keyid,
    })
  })

  it('are not changed by members', async () => {
    const refused = await registry.call(registry.alice, 'POST /signing-keys')
    expect(refused).toMatchObject({ status: 403, body: { code: 'admin_only' } })
    expect((await registry.call(registry.root, 'GET /signing-keys')).body.keys).toHaveLength(2)
  })
})
