import { readablePackage } from '../domain/access.ts'
import type { Package, PackageName, Release } from '../domain/model.ts'
import { refuse } from '../errors.ts'
import type { AppContext } from '../http/app-types.ts'
import { answerDocument, Documents } from '../http/documents.ts'
import { answerFile } from '../http/files.ts'
import type { Registry } from '../registry.ts'
import {
  ABBREVIATED,
  abbreviatedPackument,
  fullPackument,
  type PackumentParts,
  versionOf,
} from './npm-packument.ts'

/** Memory for built packuments; a large one has some megabytes. */
const PACKUMENT_CACHE_BYTES = 64 * 1024 * 1024

/** The handlers that read: packuments, single versions, tarballs. */
export function npmReader(registry: Registry) {
  const { store, config } = registry
  const documents = new Documents(PACKUMENT_CACHE_BYTES)
  const origin = config.publicUrl.origin

  // The tags are read before the releases: a release that comes in between is there, and no tag points to nothing.
  const partsOf = async (pkg: Package): Promise<PackumentParts> => ({
    package: pkg,
    tags: await store.packages.tags(pkg.id),
    owners: await store.packages.owners(pkg.id),
    releases: await store.packages.releases(pkg.id),
    origin,
  })

  return {
    async packument(c: AppContext, name: PackageName): Promise<Response> {
      const elsewhere = await upstream(c, registry, name)
      if (elsewhere !== undefined) return elsewhere
      const pkg = await readablePackage(store, c.get('actor'), name)
      const abbreviated = (c.req.header('accept') ?? '').includes(ABBREVIATED)
      // The owners are part of the full form and do not change the revision, so they are built from the database anew
      // only when the package changes; `npm owner` goes through `touch`.
      const key = `${pkg.id} ${pkg.revision} ${abbreviated ? 'abbreviated' : 'full'}`
      const document = await documents.get(key, async () => {
        const parts = await partsOf(pkg)
        return JSON.stringify(abbreviated ? abbreviatedPackument(parts) : fullPackument(parts))
      })
      return answerDocument(c, document, abbreviated ? ABBREVIATED : 'application/json')
    },

    async version(c: AppContext, name: PackageName, wanted: string): Promise<Response> {
      const pkg = await readablePackage(store, c.get('actor'), name)
      const parts = await partsOf(pkg)
      const release = parts.releases.find(
        ({ version }) => version === (parts.tags[wanted] ?? wanted),
      )
      if (release === undefined)
        throw refuse('version_not_found', { package: pkg.name, version: wanted })
      return c.json(versionOf(parts, release as Release))
    },

    async tarball(c: AppContext, name: PackageName, path: string): Promise<Response> {
      const pkg = await readablePackage(store, c.get('actor'), name)
      // npm's own manifests repeat the scope in the file name.
      const filename = path.slice(path.lastIndexOf('/') + 1)
      const found = await store.packages.file(pkg.id, filename)
      if (found === undefined) throw refuse('file_not_found', { package: pkg.name, file: filename })
      const { size, digests, blob } = found
      const etag = `"${digests.sha512?.slice(0, 40)}"`
      return answerFile(c, registry.blobs, {
        blob,
        size,
        etag,
        contentType: 'application/octet-stream',
      })
    },
  }
}

/** Sends readers of packages that are not here to the registry that has them, if the operator named one. */
async function upstream(
  c: AppContext,
  { store, config }: Registry,
  name: PackageName,
): Promise<Response | undefined> {
  if (config.upstreams.npm === undefined) return undefined
  if ((await store.packages.find('npm', name.normalised)) !== undefined) return undefined
  return c.redirect(
    `${config.upstreams.npm.href.replace(/\/$/, '')}/${name.name.replace('/', '%2f')}`,
  )
}
