import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../testing.ts'
import { writeTar, writeTarball } from '../testing-files.ts'
import { publishDocument } from './publish-document.ts'
import { NPMJS, type NpmArtifact, readFolder, readTarball } from './read.ts'

const widget = { name: '@acme/widget', version: '1.0.0' }
const read = (manifest: object, files = {}, options = {}) =>
  readTarball(writeTarball(temporaryFolder(), manifest, files), options)

describe('a tarball', () => {
  it('goes to npmjs.com, to its own registry, or where an option says', async () => {
    const registry = 'https://packages.example/npm'
    const own = { ...widget, publishConfig: { registry, tag: 'next', access: 'public' } }
    expect((await read(widget)).registry).toEqual(NPMJS)
    expect(await read(own)).toMatchObject({ tag: 'next', access: 'public' })
    expect((await read(own)).registry.href).toBe(`${registry}/`)
    const other = { registry: new URL('https://other.example/'), tag: 'old', access: 'restricted' }
    expect(await read(own, {}, other)).toMatchObject(other)
  })

  it('is published with its readme, and with the build of a binding.gyp', async () => {
    const files = {
      'README.md': '# Widget',
      readme: 'plain',
      'binding.gyp': '{}',
      'lib/readme.md': 'no',
    }
    expect((await read(widget, files)).manifest).toMatchObject({
      readme: '# Widget',
      readmeFilename: 'README.md',
      scripts: { install: 'node-gyp rebuild' },
      gypfile: true,
    })
    const scripts = { install: 'node build.js' }
    expect((await read({ ...widget, scripts }, files)).manifest.scripts).toEqual(scripts)
  })

  it.each([
    [{ name: 'widget', publishConfig: { access: 'restricted' } }, 'access_refused'],
    [{ publishConfig: { access: 'everybody' } }, 'manifest_invalid'],
    [{ publishConfig: { registry: 'packages.example' } }, 'manifest_invalid'],
    [{ publishConfig: { registry: 'https://user@packages.example/' } }, 'manifest_invalid'],
    [{ publishConfig: { registry: 'https://:pass@packages.example/' } }, 'manifest_invalid'],
    [{ publishConfig: { tag: '1.x' } }, 'tag_invalid'],
    [{ private: true }, 'package_private'],
  ])('is refused with %j', async (more, code) => {
    await expect(read({ ...widget, ...more })).rejects.toMatchObject({ code })
  })

  it('is refused without a package.json at its top', async () => {
    const path = writeTar(temporaryFolder(), 'x.tgz', { 'package/lib/package.json': '{}' })
    await expect(readTarball(path, {})).rejects.toThrow('holds no package.json')
  })
})

describe('a folder', () => {
  const write = (folder: string, manifest: object) =>
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))

  it('with tarballs gives them in dependency order', async () => {
    const folder = temporaryFolder()
    writeTarball(folder, { name: 'a', version: '1.0.0', dependencies: { b: '1' } })
    writeTarball(folder, { name: 'b', version: '1.0.0', dependencies: { c: '1' } })
    writeTarball(folder, { name: 'c', version: '1.0.0' })
    const names = (await readFolder(folder, {}, folder)).map(({ name }) => name)
    expect(names).toEqual(['c', 'b', 'a'])
  })

  it('is refused if it bundles dependencies, which only npm can pack', async () => {
    const folder = temporaryFolder()
    write(folder, { ...widget, bundledDependencies: ['a'] })
    await expect(readFolder(folder, {}, temporaryFolder())).rejects.toThrow('npm pack')
  })

  it('that is private and no workspace is refused', async () => {
    const folder = temporaryFolder()
    write(folder, { ...widget, private: true })
    await expect(readFolder(folder, {}, folder)).rejects.toMatchObject({ code: 'package_private' })
  })
})

describe('the publish document', () => {
  it.each([0, 1, 2, 3, 100_000, 200_001])(
    'holds the very bytes of the tarball (%d more)',
    async (more) => {
      const artifact = await read(widget, { 'x.txt': 'é'.repeat(more) })
      const document = await parsed({ ...artifact, tag: 'next', access: 'public' })
      expect(document).toMatchObject({
        _id: '@acme/widget',
        'dist-tags': { next: '1.0.0' },
        access: 'public',
        versions: {
          '1.0.0': { _id: '@acme/widget@1.0.0', dist: { shasum: artifact.digests.sha1 } },
        },
      })
      const { data, length } = document._attachments['@acme/widget-1.0.0.tgz'] ?? {}
      const bytes = readFileSync(artifact.path)
      expect(Buffer.from(data ?? '', 'base64')).toEqual(bytes)
      expect(length).toBe(bytes.length)
    },
  )

  it('carries a bundle as text', async () => {
    const bundle = { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', more: 'ä' }
    const document = await parsed(await read(widget), bundle)
    const attached = document._attachments['@acme/widget-1.0.0.sigstore']
    expect(attached).toEqual({
      content_type: bundle.mediaType,
      data: JSON.stringify(bundle),
      length: JSON.stringify(bundle).length,
    })
  })
})

interface Document {
  readonly _attachments: Readonly<
    Record<string, { readonly data: string; readonly length: number }>
  >
}

async function parsed(artifact: NpmArtifact, bundle?: { mediaType: string }): Promise<Document> {
  const body = publishDocument(artifact, bundle)
  const chunks: Uint8Array[] = []
  for await (const chunk of body.chunks()) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  expect(bytes.length).toBe(body.length)
  return JSON.parse(bytes.toString('utf8')) as Document
}
