import { expect, it } from 'vitest'
import type { Account, PublishedBy, StagedSummary } from '../domain/model.ts'
import { parsePackageReference } from '../domain/packages.ts'
import type { NewStagedVersion, Store } from '../domain/ports.ts'

const BY: PublishedBy = { kind: 'publisher', id: 'p', name: 'GitHub Actions', provider: 'github' }
const ALWAYS = new Date(0)

/** The part of the store contract that is about staged versions; the store is opened anew for each test. */
export function stagingStoreContract(
  opened: () => { readonly store: Store; readonly alice: Account },
): void {
  const packageOf = (name: string) =>
    opened().store.packages.create(
      parsePackageReference(`npm:${name}`),
      'restricted',
      opened().alice.id,
    )
  const idsOf = (versions: readonly StagedSummary[]) => versions.map(({ id }) => id)

  it('gives back staged versions as they were put in, until they are taken out', async () => {
    const { staging } = opened().store
    const pkg = await packageOf('widget')
    const attested = { publisherId: 'p', attestations: [{ predicateType: 'q', content: [1] }] }
    const version = versionOf(pkg.id, '1.0.0')
    const added = { ...version, file: { ...version.file, predicates: ['q'] }, attested }
    const id = await staging.add(added)
    const plain = await staging.add(versionOf(pkg.id, '2.0.0'))
    const { packageId: _, ...rest } = added
    expect(await staging.find(id)).toEqual({ ...rest, id, package: pkg })
    expect(await staging.ofVersion(pkg.id, '1.0.0')).toEqual(await staging.find(id))
    expect(await staging.find(plain)).not.toHaveProperty('attested')
    await staging.release(id)
    await staging.discard(plain)
    await staging.discard(plain)
    expect(await staging.find(id)).toBeUndefined()
    expect(await staging.ofVersion(pkg.id, '2.0.0')).toBeUndefined()
  })

  it('stages a version of a package once', async () => {
    const { staging } = opened().store
    const [one, two] = [await packageOf('one'), await packageOf('two')]
    await staging.add(versionOf(one.id, '1.0.0'))
    await expect(staging.add(versionOf(one.id, '1.0.0'))).rejects.toThrow()
    await expect(staging.add(versionOf(two.id, '1.0.0'))).resolves.toBeTypeOf('string')
    await expect(staging.add(versionOf('no such package', '1.0.0'))).rejects.toThrow()
  })

  it('lists staged versions page by page, newest first, by owner, package and age', async () => {
    const { store, alice } = opened()
    const { staging } = store
    const [one, two] = [await packageOf('one'), await packageOf('two')]
    const bob = await store.accounts.create('bob', 'member')
    await store.packages.addOwner(two.id, bob.id)
    const old = await staging.add(versionOf(one.id, '1.0.0', '2026-01-01T00:00:00.000Z'))
    const mid = await staging.add(versionOf(two.id, '1.0.0', '2026-01-02T00:00:00.000Z'))
    const newest = await staging.add(versionOf(one.id, '1.1.0', '2026-01-03T00:00:00.000Z'))
    const list = async (filter: Partial<Parameters<typeof staging.list>[0]>) => {
      const found = await staging.list({ since: ALWAYS, offset: 0, limit: 10, ...filter })
      return [found.total, idsOf(found.versions)]
    }
    expect(await list({})).toEqual([3, [newest, mid, old]])
    expect(await list({ offset: 1, limit: 1 })).toEqual([3, [mid]])
    expect(await list({ ownerId: alice.id })).toEqual([3, [newest, mid, old]])
    expect(await list({ ownerId: bob.id })).toEqual([1, [mid]])
    expect(await list({ package: 'one' })).toEqual([2, [newest, old]])
    expect(await list({ package: 'one', ownerId: bob.id })).toEqual([0, []])
    const since = new Date('2026-01-02T00:00:00.000Z')
    expect(await list({ since })).toEqual([2, [newest, mid]])
    expect(idsOf(await staging.stagedBefore(since, 10))).toEqual([old])
    expect(idsOf(await staging.stagedBefore(new Date('2026-01-04'), 2))).toEqual([old, mid])
    expect([await staging.count(one.id), await staging.count(two.id)]).toEqual([2, 1])
  })

  it('lists staged versions without what may be large', async () => {
    const { staging } = opened().store
    const pkg = await packageOf('widget')
    const version = versionOf(pkg.id, '1.0.0')
    const file = { ...version.file, predicates: ['q'] }
    const attested = { publisherId: 'p', attestations: [{ predicateType: 'q', content: [1] }] }
    const id = await staging.add({ ...version, file, attested })
    const { packageId: _, manifest: __, ...rest } = { ...version, file }
    const summary = { ...rest, id, package: pkg }
    const { versions } = await staging.list({ since: ALWAYS, offset: 0, limit: 1 })
    expect(versions).toEqual([summary])
    expect(await staging.stagedBefore(new Date('2026-01-02'), 1)).toEqual([summary])
  })

  it('counts the blobs of staged versions as used', async () => {
    const { store } = opened()
    const pkg = await packageOf('widget')
    const id = await store.staging.add(versionOf(pkg.id, '1.0.0'))
    expect(await store.packages.orphans(['blob of 1.0.0', 'lost'])).toEqual(['lost'])
    await store.staging.discard(id)
    expect(await store.packages.orphans(['blob of 1.0.0'])).toEqual(['blob of 1.0.0'])
  })
}

function versionOf(
  packageId: string,
  version: string,
  stagedAt = '2026-01-01T00:00:00.000Z',
): NewStagedVersion {
  return {
    packageId,
    version,
    manifest: { nested: { list: [1, null] } },
    tags: ['latest', 'next'],
    file: {
      filename: `widget-${version}.tgz`,
      kind: 'tarball',
      size: 12,
      digests: { sha512: 'ff' },
      blob: `blob of ${version}`,
    },
    stagedAt,
    stagedBy: BY,
  }
}
