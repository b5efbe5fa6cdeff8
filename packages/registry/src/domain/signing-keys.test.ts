import { createPublicKey, verify } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../testing.ts'
import type { Account, Release, SigningKey } from './model.ts'
import type { Store } from './ports.ts'
import {
  ensureSigningKey,
  integrityOf,
  rotateSigningKey,
  signUnsigned,
  signVersion,
} from './signing-keys.ts'

const NOW = new Date('2026-03-04T05:06:07.000Z')
const NAME = { ecosystem: 'npm', name: '@acme/widget', normalised: '@acme/widget' } as const
const DIGESTS = { sha512: 'ab'.repeat(64), sha1: 'cd'.repeat(20) }

let store: Store
let admin: Account
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signing-keys-'))
  store = await openStore(pathToFileURL(join(folder, 'registry.db')))
  admin = await store.accounts.create('root', 'admin')
})

describe('the signing key', () => {
  it('is made once, and its id is the fingerprint of its public half', async () => {
    await ensureSigningKey(store, NOW)
    await ensureSigningKey(store, NOW)
    const keys = await store.signingKeys.list()
    expect(keys).toHaveLength(1)
    expect(keys[0]?.keyid).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/)
    expect(keys[0]).not.toHaveProperty('expiresAt')
    expect(publicKeyOf(keys[0])).toMatchObject({
      asymmetricKeyType: 'ec',
      asymmetricKeyDetails: { namedCurve: 'prime256v1' },
    })
  })

  it('signs name, version and integrity as npm checks them', async () => {
    await ensureSigningKey(store, NOW)
    const signature = await signVersion(store, '@acme/widget', '1.0.0', DIGESTS)
    const key = await store.signingKeys.current()
    expect(signature?.keyid).toBe(key?.keyid)
    const text = Buffer.from(`@acme/widget@1.0.0:${integrityOf(DIGESTS)}`)
    const sig = Buffer.from(signature?.sig ?? '', 'base64')
    expect(verify('sha256', text, publicKeyOf(key), sig)).toBe(true)
    const other = Buffer.from(`@acme/widget@1.0.1:${integrityOf(DIGESTS)}`)
    expect(verify('sha256', other, publicKeyOf(key), sig)).toBe(false)
  })

  it('gives way to a new one, and is good for a moment longer', async () => {
    await ensureSigningKey(store, NOW)
    const before = await store.signingKeys.current()
    const after = await rotateSigningKey(store, admin, NOW)
    expect(await store.signingKeys.current()).toEqual(after)
    const kept = (await store.signingKeys.list()).find(({ keyid }) => keyid === before?.keyid)
    expect(Date.parse(kept?.expiresAt ?? '')).toBeGreaterThan(NOW.getTime())

    const later = new Date('2027-01-01T00:00:00.000Z')
    await rotateSigningKey(store, admin, later)
    const expiries = (await store.signingKeys.list()).map(({ expiresAt }) => expiresAt?.slice(0, 4))
    // What has an end keeps it, whatever comes later.
    expect(expiries.sort()).toEqual(['2026', '2027', undefined])
  })
})

describe('releases from before there was a key', () => {
  it('are signed all, and their packages count as changed', async () => {
    const pkg = await store.packages.create(NAME, 'public', admin.id)
    for (let n = 0; n < 60; n++) await release(pkg.id, `1.0.${n}`)
    await signUnsigned(store)
    expect((await releases(pkg.id)).every(({ signatures }) => signatures.length === 0)).toBe(true)

    await ensureSigningKey(store, NOW)
    await signUnsigned(store)
    const signed = await releases(pkg.id)
    expect(signed).toHaveLength(60)
    expect(signed.every(({ signatures }) => signatures.length === 1)).toBe(true)
    const revision = (await store.packages.find('npm', NAME.normalised))?.revision ?? 0
    expect(revision).toBeGreaterThan(pkg.revision)

    await signUnsigned(store)
    expect((await store.packages.find('npm', NAME.normalised))?.revision).toBe(revision)
  })

  async function release(packageId: string, version: string): Promise<void> {
    const publishedBy = { kind: 'account', id: admin.id, name: 'root' } as const
    const id = await store.packages.addRelease(packageId, { version, manifest: {}, publishedBy })
    await store.packages.addFile(packageId, id, {
      filename: `widget-${version}.tgz`,
      kind: 'tarball',
      size: 1,
      digests: DIGESTS,
      blob: version,
      uploadedAt: NOW.toISOString(),
    })
  }

  function releases(packageId: string): Promise<readonly Release[]> {
    return store.packages.releases(packageId)
  }
})

function publicKeyOf(key: SigningKey | undefined) {
  const der = Buffer.from(key?.publicKey ?? '', 'base64')
  return createPublicKey({ key: der, format: 'der', type: 'spki' })
}
