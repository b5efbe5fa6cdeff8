import { createPublicKey, verify } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rotateSigningKey } from '../domain/signing-keys.ts'
import { openTemporaryRegistry, type TemporaryRegistry } from '../testing.ts'
import { npmTarballOf, publishDocumentOf } from './npm-testing.ts'

interface Keys {
  readonly keys: readonly {
    readonly expires: string | null
    readonly keyid: string
    readonly keytype: string
    readonly scheme: string
    readonly key: string
  }[]
}

interface Packument {
  readonly time: Readonly<Record<string, string>>
  readonly versions: Readonly<Record<string, { readonly dist: Dist }>>
}

interface Dist {
  readonly integrity: string
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[]
}

describe('signatures of npm packages', () => {
  let registry: TemporaryRegistry
  let token: string
  beforeAll(async () => {
    registry = await openTemporaryRegistry()
    token = await registry.token(registry.alice, 'read', 'publish')
    await publish('widget', '1.0.0')
  })
  afterAll(() => registry.close())

  const publish = async (name: string, version: string): Promise<void> => {
    const body = publishDocumentOf(name, version, await npmTarballOf(name, version))
    expect((await registry.request(`PUT /${name}`, { token, body })).status).toBe(201)
  }
  const read = async <T>(path: string): Promise<T> =>
    (await (await registry.request(`GET ${path}`, { token })).json()) as T
  const keys = async () => (await read<Keys>('/-/npm/v1/keys')).keys

  it('are verified with the keys that anybody can read', async () => {
    const anonymous = await registry.request('GET /-/npm/v1/keys')
    const [key] = ((await anonymous.json()) as Keys).keys
    expect(key).toMatchObject({
      expires: null,
      keytype: 'ecdsa-sha2-nistp256',
      scheme: 'ecdsa-sha2-nistp256',
    })
    const { dist } = (await read<Packument>('/widget')).versions['1.0.0'] ?? {}
    expect(dist?.signatures).toHaveLength(1)
    expect(isSigned('widget', '1.0.0', dist, key?.key)).toBe(true)
    expect(isSigned('widget', '1.0.1', dist, key?.key)).toBe(false)
    expect(await read('/widget/1.0.0')).toMatchObject({ dist: { signatures: dist?.signatures } })
  })

  it('stay valid when the key is changed, and new ones are of the new key', async () => {
    await rotateSigningKey(registry.store, registry.root, new Date())
    await publish('widget', '2.0.0')
    const { versions, time } = await read<Packument>('/widget')
    const [now, before] = await keys()
    expect(now?.expires).toBeNull()
    expect(isSigned('widget', '2.0.0', versions['2.0.0']?.dist, now?.key)).toBe(true)
    expect(isSigned('widget', '1.0.0', versions['1.0.0']?.dist, before?.key)).toBe(true)
    // npm's rule: the version is older than the end of its key.
    expect(Date.parse(time['1.0.0'] ?? '')).toBeLessThan(Date.parse(before?.expires ?? ''))
  })

  it('are never shown with the private half of a key', async () => {
    const answer = await registry.request('GET /-/npm/v1/keys')
    const [{ privateKey = 'no key' } = {}] = await registry.store.signingKeys.list()
    expect(await answer.text()).not.toContain(privateKey.slice(0, 60))
  })

  it.each([
    ['widget@1.0.0', 'not_attested'],
    ['widget@9.9.9', 'version_not_found'],
    ['absent@1.0.0', 'package_not_found'],
    ['widget', 'package_not_found'],
    ['@acme%2fwidget@1.0.0', 'package_not_found'],
  ])('are all there is of %s: %s', async (version, code) => {
    const answer = await registry.request(`GET /-/npm/v1/attestations/${version}`, { token })
    expect([answer.status, await answer.json()]).toMatchObject([404, { code }])
  })
})

function isSigned(name: string, version: string, dist?: Dist, key = ''): boolean {
  const publicKey = createPublicKey({
    key: Buffer.from(key, 'base64'),
    format: 'der',
    type: 'spki',
  })
  const text = Buffer.from(`${name}@${version}:${dist?.integrity}`)
  return verify('sha256', text, publicKey, Buffer.from(dist?.signatures[0]?.sig ?? '', 'base64'))
}
