import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOfRefusal, openTemporaryRegistry, type TemporaryRegistry } from '../testing.ts'
import {
  mayRead,
  ownsOrAdministers,
  readablePackage,
  requireAccount,
  requireAdmin,
  requireOwner,
} from './access.ts'
import type { Account, Package, TokenPermission } from './model.ts'
import { parsePackageReference } from './packages.ts'
import type { Actor } from './tokens.ts'

const ANONYMOUS: Actor = { kind: 'anonymous' }

describe('access', () => {
  let registry: TemporaryRegistry
  let restricted: Package
  let open: Package
  beforeAll(async () => {
    registry = await openTemporaryRegistry()
    const { store, alice } = registry
    const name = parsePackageReference
    restricted = await store.packages.create(name('npm:secret'), 'restricted', alice.id)
    open = await store.packages.create(name('npm:open'), 'public', alice.id)
  })
  afterAll(() => registry.close())

  const as = (account: Account, ...permissions: TokenPermission[]): Actor => ({
    kind: 'account',
    account,
    permissions,
  })

  it('to a public package is for everybody', () => {
    for (const actor of [ANONYMOUS, as(registry.bob), publisherOf('other')]) {
      expect(mayRead(actor, open)).toBe(true)
    }
  })

  it('to a restricted package is for accounts that may read and for its own publishers', () => {
    expect(mayRead(as(registry.bob, 'read'), restricted)).toBe(true)
    expect(mayRead(publisherOf('secret'), restricted)).toBe(true)
    expect(mayRead(publisherOf('secret', 'pypi'), restricted)).toBe(false)
    expect(mayRead(publisherOf('other'), restricted)).toBe(false)
    expect(mayRead(as(registry.bob, 'publish'), restricted)).toBe(false)
    expect(mayRead(ANONYMOUS, restricted)).toBe(false)
  })

  it('is refused in the same words for what is hidden and for what does not exist', async () => {
    const refusal = (name: string) =>
      readablePackage(registry.store, ANONYMOUS, parsePackageReference(`npm:${name}`)).then(
        () => undefined,
        (error: Error & { status?: number }) => [error.message.replaceAll(name, '…'), error.status],
      )
    expect(await refusal('secret')).toEqual(await refusal('absent'))
    expect(await refusal('secret')).not.toBeUndefined()
  })

  it('as an account needs the permission of the token', async () => {
    const { alice } = registry
    expect(requireAccount(as(alice, 'manage'), 'manage')).toBe(alice)
    expect(await codeOfRefusal(() => requireAccount(ANONYMOUS, 'read'))).toBe(
      'authentication_required',
    )
    expect(await codeOfRefusal(() => requireAccount(as(alice, 'read'), 'manage'))).toBe(
      'token_permission',
    )
    expect(await codeOfRefusal(() => requireAccount(publisherOf('secret'), 'publish'))).toBe(
      'token_permission',
    )
  })

  it('as an administrator needs the role and a token that may manage', async () => {
    const { root, alice } = registry
    expect(requireAdmin(as(root, 'manage'), 'x')).toBe(root)
    expect(await codeOfRefusal(() => requireAdmin(as(root, 'read', 'publish'), 'x'))).toBe(
      'token_permission',
    )
    expect(await codeOfRefusal(() => requireAdmin(as(alice, 'manage'), 'x'))).toBe('admin_only')
  })

  it('to settings is for owners and administrators', async () => {
    const { store, root, alice, bob } = registry
    expect(await ownsOrAdministers(store, alice, restricted)).toBe(true)
    expect(await ownsOrAdministers(store, root, restricted)).toBe(true)
    expect(await ownsOrAdministers(store, bob, restricted)).toBe(false)
    const work = () => requireOwner(store, as(bob, 'manage'), restricted, 'manage', 'change it')
    expect(await codeOfRefusal(work)).toBe('not_owner')
  })
})

function publisherOf(normalised: string, ecosystem: 'npm' | 'pypi' = 'npm'): Actor {
  return {
    kind: 'publisher',
    grants: [{ publisherId: 'p', ecosystem, normalised }],
    publishedBy: { kind: 'publisher', id: 'p', name: 'GitHub Actions', provider: 'github' },
  }
}
