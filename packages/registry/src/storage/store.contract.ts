import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Account, NewPublisher } from '../domain/model.ts'
import { parsePackageReference } from '../domain/packages.ts'
import type { Store } from '../domain/ports.ts'
import { openStore } from '../testing.ts'
import { packageStoreContract } from './package-store.contract.ts'
import { stagingStoreContract } from './staging-store.contract.ts'

const NAME = parsePackageReference('pypi:Acme.Widget')
const BY = { kind: 'account', id: 'a', name: 'alice' } as const

/**
 * What every database must do. A test of another one is three lines: this function, called with a way to make an empty
 * database that is deleted by `remove`.
 */
export function storeContract(
  kind: string,
  makeDatabase: () => Promise<{ readonly url: URL; readonly remove: () => Promise<void> }>,
): void {
  describe(`a store on ${kind}`, () => {
    let url: URL
    let remove: () => Promise<void>
    let store: Store
    let alice: Account
    beforeEach(async () => {
      ;({ url, remove } = await makeDatabase())
      store = await openStore(url)
      alice = await store.accounts.create('alice', 'member')
    })
    afterEach(async () => {
      await store.close()
      await remove()
    })

    it('opens what another handle made, with everything in it', async () => {
      const other = await openStore(url)
      expect(await other.accounts.byName('alice')).toEqual(alice)
      await other.accounts.setSetting('seen', 'yes')
      expect(await store.accounts.setting('seen')).toBe('yes')
      await other.close()
    })

    it('keeps all of a transaction or none', async () => {
      const failed = store.transaction(async (tx) => {
        await tx.accounts.create('bob', 'member')
        expect(await tx.accounts.list()).toHaveLength(2)
        throw new Error('changed my mind')
      })
      await expect(failed).rejects.toThrow('changed my mind')
      expect(await store.accounts.list()).toEqual([alice])
      await store.transaction((tx) => tx.accounts.create('bob', 'member'))
      expect(await store.accounts.list()).toHaveLength(2)
    })

    it('runs transactions that come at once one after the other', async () => {
      const count = async (tx: Store) => Number((await tx.accounts.setting('count')) ?? '0')
      await Promise.all(
        Array.from({ length: 20 }, () =>
          store.transaction(async (tx) =>
            tx.accounts.setSetting('count', String((await count(tx)) + 1)),
          ),
        ),
      )
      expect(await count(store)).toBe(20)
    })

    it('has one account, one package and one release of a name', async () => {
      await expect(store.accounts.create('alice', 'admin')).rejects.toThrow()
      const pkg = await store.packages.create(NAME, 'public', alice.id)
      await expect(store.packages.create(NAME, 'public', alice.id)).rejects.toThrow()
      const release = { version: '1.0', manifest: {}, publishedBy: BY }
      await store.packages.addRelease(pkg.id, release)
      await expect(store.packages.addRelease(pkg.id, release)).rejects.toThrow()
      const npm = { ...NAME, ecosystem: 'npm' } as const
      await expect(store.packages.create(npm, 'public', alice.id)).resolves.toHaveProperty('id')
    })

    it('links publishers to packages, there or still to come, the oldest first', async () => {
      const { publishers, packages } = store
      const pkg = await packages.create(NAME, 'public', alice.id)
      const first = await publishers.create(publisherOf(alice.id))
      await new Promise((resolve) => setTimeout(resolve, 2))
      const second = await publishers.create(publisherOf(alice.id))
      const later = parsePackageReference('npm:later')
      await publishers.link(second.id, pkg.id)
      await publishers.link(second.id, pkg.id)
      await publishers.addPending(first.id, later)
      await publishers.addPending(first.id, later)
      const link = { publisher: second, package: NAME, pending: false }
      const pending = { publisher: first, package: later, pending: true }
      expect(await publishers.byKey('https://issuer.example', 'acme/widget')).toEqual([
        pending,
        link,
      ])
      expect(await publishers.byKey('https://other.example', 'acme/widget')).toEqual([])
      expect(await publishers.byPackage('pypi', 'acme-widget')).toEqual([link])
      expect(await publishers.byPackage('npm', 'later')).toEqual([pending])
      expect(await publishers.byPublisher(first.id)).toEqual([pending])

      await publishers.dropPending(later)
      expect(await publishers.byPackage('npm', 'later')).toEqual([])
      await publishers.unlink(second.id, pkg.id)
      expect(await publishers.byPackage('pypi', 'acme-widget')).toEqual([])
      await publishers.used(first.id, { repository_id: '1' })
      expect(await publishers.find(first.id)).toMatchObject({
        pins: { repository_id: '1' },
        lastUsedAt: expect.any(String),
      })
      await publishers.link(first.id, pkg.id)
      await publishers.remove(first.id)
      expect(await publishers.find(first.id)).toBeUndefined()
      expect(await publishers.byPackage('pypi', 'acme-widget')).toEqual([])
    })

    it('claims an ID token once, until its time is over', async () => {
      const claim = (jti: string, issuer = 'https://issuer.example') =>
        store.tokens.claimIdToken(issuer, jti, new Date('2026-01-01'))
      const claims = await Promise.all(Array.from({ length: 10 }, () => claim('x')))
      expect(claims.filter(Boolean)).toHaveLength(1)
      expect(await claim('x', 'https://other.example')).toBe(true)
      const other = await openStore(url)
      expect(await other.tokens.claimIdToken('https://issuer.example', 'x', new Date())).toBe(false)
      await other.close()
      await store.tokens.sweep(new Date('2026-01-01'))
      expect(await claim('x')).toBe(false)
      await store.tokens.sweep(new Date('2026-01-02'))
      expect(await claim('x')).toBe(true)
    })

    it('takes the claim of an ID token back with its transaction', async () => {
      const claim = (on: Store) => on.tokens.claimIdToken('i', 'y', new Date('2030-01-01'))
      const failed = store.transaction(async (tx) => {
        expect(await claim(tx)).toBe(true)
        throw new Error('no')
      })
      await expect(failed).rejects.toThrow('no')
      expect(await claim(store)).toBe(true)
    })

    it('finds API tokens by hash and sweeps exchanged ones that expired', async () => {
      const base = { hint: 'trustpub_x', description: 'd', createdAt: '2026-01-01T00:00:00.000Z' }
      const expiresAt = '2026-01-02T00:00:00.000Z'
      const grants = [{ publisherId: 'p', ecosystem: 'npm', normalised: 'w' }] as const
      const publishedBy = { kind: 'publisher', id: 'p', name: 'GitHub Actions' } as const
      const exchanged = {
        ...base,
        id: '1',
        hash: 'h1',
        permissions: [],
        grants,
        publishedBy,
        expiresAt,
      }
      const own = { ...base, id: '2', hash: 'h2', permissions: ['read'] as const, expiresAt }
      await store.tokens.create(exchanged)
      await store.tokens.create({ ...own, accountId: alice.id })
      expect(await store.tokens.byHash('h1')).toEqual(exchanged)
      expect(await store.tokens.find('1')).toBeUndefined()
      expect(await store.tokens.find('2')).toEqual({ ...own, account: alice })
      expect((await store.tokens.byAccount(alice.id)).map((token) => token.id)).toEqual(['2'])
      await store.tokens.revoke('h2')
      const revoked = (await store.tokens.byHash('h2'))?.revokedAt
      await store.tokens.revoke('h2')
      expect((await store.tokens.byHash('h2'))?.revokedAt).toBe(revoked ?? 'a time')
      await store.tokens.sweep(new Date('2026-01-03'))
      expect(await store.tokens.byHash('h1')).toBeUndefined()
      expect(await store.tokens.byHash('h2')).toBeDefined()
    })

    it('keeps issuers and settings', async () => {
      const issuer = { url: 'https://git.example', provider: 'gitlab', allowPrivateNetwork: true }
      await store.issuers.create(issuer)
      await expect(store.issuers.create(issuer)).rejects.toThrow()
      expect(await store.issuers.list()).toEqual([issuer])
      expect(await store.issuers.find('https://git.example')).toEqual(issuer)
      expect(await store.issuers.find('https://GIT.example')).toBeUndefined()
      await store.issuers.remove(issuer.url)
      expect(await store.issuers.list()).toEqual([])
      await store.accounts.setSetting('s', '1')
      await store.accounts.setSetting('s', '2')
      expect(await store.accounts.setting('s')).toBe('2')
      await store.accounts.setSetting('s', undefined)
      expect(await store.accounts.setting('s')).toBeUndefined()
    })

    it('keeps attempts and events, and forgets old attempts', async () => {
      const run = { repository: 'r', repositoryUrl: '', workflow: '', ref: '', commit: '', url: '' }
      const attempt = {
        ecosystem: 'npm',
        issuer: 'i',
        source: 's',
        code: 'ok',
        message: '',
        run,
        checks: [],
      } as const
      await store.log.attempt({ ...attempt, package: 'w' })
      await store.log.attempt({ ...attempt, ecosystem: 'pypi' })
      expect(await store.log.attempts({ limit: 1 })).toHaveLength(1)
      const [kept] = await store.log.attempts({ ecosystem: 'npm', package: 'w', limit: 9 })
      expect(kept).toEqual({
        ...attempt,
        package: 'w',
        id: expect.any(String),
        at: expect.any(String),
      })
      const [general] = await store.log.attempts({ ecosystem: 'pypi', limit: 9 })
      expect(general).not.toHaveProperty('package')
      const ofPackage = { ecosystem: 'pypi', package: 'w', limit: 9 } as const
      expect(await store.log.attempts(ofPackage)).toEqual([])
      expect(await store.log.attempts({ ...ofPackage, sources: ['s'] })).toEqual([general])
      expect(await store.log.attempts({ ...ofPackage, sources: ['other'] })).toEqual([])
      expect(await store.log.countRefused('i', 's', new Date(0))).toBe(0)
      await store.log.attempt({ ...attempt, code: 'repository_mismatch', source: 'refused' })
      expect(await store.log.countRefused('i', 'refused', new Date(0))).toBe(1)
      expect(await store.log.countRefused('i', 'refused', new Date(Date.now() + 1000))).toBe(0)
      await store.log.sweep(new Date(0))
      expect(await store.log.attempts({ limit: 9 })).toHaveLength(3)
      await store.log.sweep(new Date(Date.now() + 1000))
      expect(await store.log.attempts({ limit: 9 })).toEqual([])

      await store.log.audit({ actor: 'alice', action: 'a', subject: 's', details: { x: [1] } })
      expect(await store.log.events(9)).toMatchObject([{ actor: 'alice', details: { x: [1] } }])
    })

    packageStoreContract(() => ({ store, alice }))
    stagingStoreContract(() => ({ store, alice }))
  })
}

function publisherOf(createdBy: string): NewPublisher {
  return {
    provider: 'github',
    issuer: 'https://issuer.example',
    lookupKey: 'acme/widget',
    fields: { repository: 'acme/widget', workflow: 'release.yml' },
    pins: {},
    permissions: ['publish', 'stage'],
    createdBy,
  }
}
