import { expect, it } from 'vitest'
import type { Account, ReleaseFile } from '../domain/model.ts'
import { parsePackageReference } from '../domain/packages.ts'
import type { Store } from '../domain/ports.ts'

const NAME = parsePackageReference('pypi:Acme.Widget')
const BY = { kind: 'account', id: 'a', name: 'alice' } as const

/** The part of the store contract that is about packages, releases and files; the store is opened anew for each test. */
export function packageStoreContract(
  opened: () => { readonly store: Store; readonly alice: Account },
): void {
  it('finds packages by their normalised name and lists them page by page', async () => {
    const { store, alice } = opened()
    const { packages } = store
    for (const [name, visibility] of [
      ['npm:c', 'public'],
      ['npm:a', 'public'],
      ['npm:b', 'restricted'],
    ] as const) {
      await packages.create(parsePackageReference(name), visibility, alice.id)
    }
    const pkg = await packages.create(NAME, 'public', alice.id)
    expect(await packages.find('pypi', 'acme-widget')).toEqual(pkg)
    expect(await packages.find('npm', 'acme-widget')).toBeUndefined()
    const names = async (...args: Parameters<typeof packages.list>) =>
      (await packages.list(...args)).map((each) => each.name)
    expect(await names('npm', 'all')).toEqual(['a', 'b', 'c'])
    expect(await names('npm', 'public')).toEqual(['a', 'c'])
    expect(await names('npm', 'all', { after: 'a', limit: 1 })).toEqual(['b'])
  })

  it('gives back releases and files as they were put in', async () => {
    const { store, alice } = opened()
    const { packages } = store
    const pkg = await packages.create(NAME, 'public', alice.id)
    const manifest = { description: 'Ünïcödé \u0000 "quoted"', nested: { list: [1, null] } }
    const signatures = [{ keyid: 'k', sig: 's' }]
    const added = { version: '1.0', manifest, publishedBy: BY, signatures }
    const id = await packages.addRelease(pkg.id, added)
    const files = [
      fileOf('a.whl', { metadata: { blob: 'm', sha256: 'ab' }, requiresPython: '>=3.9' }),
      fileOf('b.tar.gz', { yanked: '', predicates: ['p'] }),
    ]
    for (const file of files) await packages.addFile(pkg.id, id, file)
    const release = {
      id,
      version: '1.0',
      manifest,
      publishedBy: BY,
      signatures,
      publishedAt: expect.any(String),
      files,
    }
    expect(await packages.releases(pkg.id)).toEqual([release])
    expect(await packages.release(pkg.id, '1.0')).toEqual(release)
    expect(await packages.release(pkg.id, '2.0')).toBeUndefined()
    expect(await packages.file(pkg.id, 'a.whl')).toEqual(files[0])
    expect(await packages.file(pkg.id, 'b.whl')).toBeUndefined()
    await expect(packages.addFile(pkg.id, id, fileOf('a.whl'))).rejects.toThrow()
    await packages.setManifest(id, { other: true })
    expect((await packages.release(pkg.id, '1.0'))?.manifest).toEqual({ other: true })
  })

  it('yanks all files of one release', async () => {
    const { store, alice } = opened()
    const { packages } = store
    const pkg = await packages.create(NAME, 'public', alice.id)
    for (const version of ['1.0', '2.0']) {
      const id = await packages.addRelease(pkg.id, { version, manifest: {}, publishedBy: BY })
      await packages.addFile(pkg.id, id, fileOf(`${version}.whl`))
    }
    await packages.setYanked(pkg.id, '1.0', 'broken')
    const yanked = async (version: string) =>
      (await packages.release(pkg.id, version))?.files[0]?.yanked
    expect([await yanked('1.0'), await yanked('2.0')]).toEqual(['broken', undefined])
    await packages.setYanked(pkg.id, '1.0', undefined)
    expect(await yanked('1.0')).toBeUndefined()
  })

  it('moves tags, counts changes and knows owners', async () => {
    const { store, alice } = opened()
    const { packages } = store
    const pkg = await packages.create(NAME, 'public', alice.id)
    await packages.setTag(pkg.id, 'latest', '1.0')
    await packages.setTag(pkg.id, 'latest', '2.0')
    await packages.setTag(pkg.id, 'next', '3.0')
    await packages.removeTag(pkg.id, 'next')
    expect(await packages.tags(pkg.id)).toEqual({ latest: '2.0' })
    await packages.touch(pkg.id)
    expect((await packages.find('pypi', 'acme-widget'))?.revision).toBe(pkg.revision + 1)
    const bob = await store.accounts.create('bob', 'member')
    await packages.addOwner(pkg.id, bob.id)
    await packages.addOwner(pkg.id, bob.id)
    expect(await packages.owners(pkg.id)).toEqual([alice, bob])
    await packages.removeOwner(pkg.id, alice.id)
    expect(await packages.owners(pkg.id)).toEqual([bob])
  })

  it('keeps attestations by file and kind, the first of each', async () => {
    const { store, alice } = opened()
    const { packages, attestations } = store
    const pkg = await packages.create(NAME, 'public', alice.id)
    const id = await packages.addRelease(pkg.id, { version: '1', manifest: {}, publishedBy: BY })
    await packages.addFile(pkg.id, id, fileOf('a'))
    await packages.addFile(pkg.id, id, fileOf('b'))
    const first = { predicateType: 'p', content: { one: [1] }, publisher: { kind: 'GitHub' } }
    const second = { predicateType: 'q', content: {} }
    for (const each of [first, { ...first, content: {} }, second])
      await attestations.add(pkg.id, 'a', each)
    expect(await attestations.ofFile(pkg.id, 'a')).toEqual([first, second])
    expect(await attestations.ofFile(pkg.id, 'b')).toEqual([])
    await expect(attestations.add(pkg.id, 'no such file', first)).rejects.toThrow()
  })

  it('finds the attested npm releases that lack an attestation', async () => {
    const { store, alice } = opened()
    const { packages, attestations } = store
    const find = async () =>
      (await attestations.npmWithout('publish', 10)).map(({ name, version }) => [name, version])
    for (const reference of ['npm:a', 'npm:b', 'pypi:c']) {
      const pkg = await packages.create(parsePackageReference(reference), 'public', alice.id)
      const id = await packages.addRelease(pkg.id, { version: '1', manifest: {}, publishedBy: BY })
      await packages.addFile(pkg.id, id, fileOf('f'))
      if (pkg.name === 'b') continue
      await attestations.add(pkg.id, 'f', { predicateType: 'provenance', content: {} })
    }
    expect(await find()).toEqual([['a', '1']])
    const { id = '' } = (await packages.find('npm', 'a')) ?? {}
    await attestations.add(id, 'f', { predicateType: 'publish', content: {} })
    expect(await find()).toEqual([])
  })

  it('knows the blobs that no file refers to', async () => {
    const { store, alice } = opened()
    const { packages } = store
    const pkg = await packages.create(NAME, 'public', alice.id)
    const id = await packages.addRelease(pkg.id, { version: '1', manifest: {}, publishedBy: BY })
    await packages.addFile(pkg.id, id, fileOf('a', { metadata: { blob: 'used too', sha256: '' } }))
    expect(await packages.orphans(['blob of a', 'lost', 'used too'])).toEqual(['lost'])
    expect(await packages.orphans([])).toEqual([])
  })
}

function fileOf(filename: string, change: Partial<ReleaseFile> = {}): ReleaseFile {
  return {
    filename,
    kind: 'wheel',
    size: 12,
    digests: { sha256: 'ff' },
    blob: `blob of ${filename}`,
    uploadedAt: '2026-01-01T00:00:00.000Z',
    ...change,
  }
}
