import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { issueExchangedToken } from './domain/tokens.ts'
import { startJobs, sweepExpired, sweepOrphans } from './jobs.ts'
import { openTemporaryRegistry, type TemporaryRegistry } from './testing.ts'

const HOUR_MS = 3600_000

describe('the sweep', () => {
  let registry: TemporaryRegistry
  beforeEach(async () => {
    registry = await openTemporaryRegistry()
  })
  afterEach(() => registry.close())

  /** A blob that was written so many hours ago. */
  const blobOf = async (hours: number, key: string): Promise<string> => {
    const path = join(registry.folder, 'blobs', key.slice(0, 2), key)
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, 'x')
    const at = new Date(Date.now() - hours * HOUR_MS)
    await utimes(path, at, at)
    return key
  }

  it('removes old blobs that no file refers to, and no others', async () => {
    const { store, alice } = registry
    const name = { ecosystem: 'npm', name: 'widget', normalised: 'widget' } as const
    const used = await blobOf(100, '1'.repeat(32))
    const fresh = await blobOf(1, '2'.repeat(32))
    await blobOf(7, '3'.repeat(32))
    const pkg = await store.packages.create(name, 'public', alice.id)
    const publishedBy = { kind: 'account', id: alice.id, name: 'alice' } as const
    const release = await store.packages.addRelease(pkg.id, {
      version: '1.0.0',
      manifest: {},
      publishedBy,
    })
    const file = {
      filename: 'f',
      kind: 'tarball',
      size: 1,
      digests: {},
      blob: used,
      uploadedAt: '',
    } as const
    await store.packages.addFile(pkg.id, release, file)
    await sweepOrphans(registry)
    expect([...(await registry.blobNames())].sort()).toEqual([used, fresh])
  })

  it('keeps the blob of a staged version, however old it is', async () => {
    const { store, alice } = registry
    const name = { ecosystem: 'npm', name: 'widget', normalised: 'widget' } as const
    const pkg = await store.packages.create(name, 'public', alice.id)
    const blob = await blobOf(100, '4'.repeat(32))
    await store.staging.add({
      packageId: pkg.id,
      version: '1.0.0',
      manifest: {},
      tags: ['latest'],
      file: { filename: 'f', kind: 'tarball', size: 1, digests: {}, blob },
      stagedAt: new Date().toISOString(),
      stagedBy: { kind: 'account', id: alice.id, name: 'alice' },
    })
    await sweepOrphans(registry)
    expect(await registry.blobNames()).toEqual([blob])
  })

  it('forgets ID tokens and exchanged API tokens whose time is over', async () => {
    const { store } = registry
    const by = { kind: 'publisher', id: 'p', name: 'GitHub Actions' } as const
    const old = new Date(Date.now() - HOUR_MS)
    await issueExchangedToken(store, 'npm', [], by, old)
    await store.tokens.claimIdToken('i', 'old', old)
    await store.tokens.claimIdToken('i', 'new', new Date(Date.now() + HOUR_MS))
    await sweepExpired(registry)
    expect(await store.tokens.claimIdToken('i', 'old', old)).toBe(true)
    expect(await store.tokens.claimIdToken('i', 'new', old)).toBe(false)
  })

  it('is not begun again while one is running, and is waited for at the end', async () => {
    vi.useFakeTimers()
    try {
      let release = () => {}
      const sweeps = vi.fn(() => new Promise<void>((resolve) => (release = resolve)))
      const { store } = registry
      const stop = startJobs({
        ...registry,
        store: { ...store, tokens: { ...store.tokens, sweep: sweeps } },
      })
      vi.advanceTimersByTime(HOUR_MS)
      expect(sweeps).toHaveBeenCalledTimes(1)
      let stopped = false
      const stopping = stop().then(() => {
        stopped = true
      })
      await Promise.resolve()
      expect(stopped).toBe(false)
      release()
      vi.useRealTimers()
      await stopping
      expect(stopped).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })

  it('that fails is logged and tried again', async () => {
    vi.useFakeTimers()
    try {
      const sweeps = vi.fn(() => Promise.reject(new Error('disk on fire')))
      const { store } = registry
      const stop = startJobs({
        ...registry,
        store: { ...store, tokens: { ...store.tokens, sweep: sweeps } },
      })
      await vi.advanceTimersByTimeAsync(HOUR_MS)
      expect(sweeps.mock.calls.length).toBeGreaterThan(1)
      await stop()
      expect(registry.logged()).toContain('disk on fire')
    } finally {
      vi.useRealTimers()
    }
  })

  it('is not all: a start signs what was published before there was a key', async () => {
    const { store, alice } = registry
    const name = { ecosystem: 'npm', name: 'old', normalised: 'old' } as const
    const pkg = await store.packages.create(name, 'public', alice.id)
    const publishedBy = { kind: 'account', id: alice.id, name: 'alice' } as const
    const id = await store.packages.addRelease(pkg.id, { version: '1', manifest: {}, publishedBy })
    await store.packages.addFile(pkg.id, id, {
      filename: 'old-1.tgz',
      kind: 'tarball',
      size: 1,
      digests: { sha512: 'ab' },
      blob: 'b',
      uploadedAt: '2026-01-01T00:00:00.000Z',
    })
    await startJobs(registry)()
    expect((await store.packages.release(pkg.id, '1'))?.signatures).toHaveLength(1)
  })
})
