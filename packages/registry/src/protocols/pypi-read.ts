import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { mayRead, readablePackage } from '../domain/access.ts'
import type { Package, PackageName, ReleaseFile } from '../domain/model.ts'
import { parsePypiName } from '../domain/names.ts'
import { readPep440 } from '../domain/pep440.ts'
import type { Blobs } from '../domain/ports.ts'
import { refuse } from '../errors.ts'
import type { AppContext } from '../http/app-types.ts'
import { answerDocument, Documents, UNSNIFFED } from '../http/documents.ts'
import { answerFile, IMMUTABLE, type SentFile } from '../http/files.ts'
import { preferredType } from '../http/negotiate.ts'
import { InvalidUpload } from '../invalid-upload.ts'
import type { Registry } from '../registry.ts'
import { latestRelease, projectJson } from './pypi-json.ts'
import { renderIndex, renderProject, SIMPLE_TYPES } from './pypi-simple.ts'

/** Memory for built pages; the page of a project with thousands of files has some megabytes. */
const PAGE_CACHE_BYTES = 32 * 1024 * 1024

export interface PypiReader {
  readonly index: (c: AppContext) => Promise<Response>
  readonly project: (c: AppContext, name: string) => Promise<Response>
  readonly file: (c: AppContext, name: string, filename: string) => Promise<Response>
  readonly json: (c: AppContext, name: string, version?: string) => Promise<Response>
}

/** The handlers that read: the simple API, files, the JSON API. */
export function pypiReader(registry: Registry): PypiReader {
  const { store, blobs, config } = registry
  const pages = new Documents(PAGE_CACHE_BYTES)

  return {
    async index(c) {
      const [form, type] = simpleForm(c)
      const actor = c.get('actor')
      const packages = await store.packages.list(
        'pypi',
        actor.kind === 'anonymous' ? 'public' : 'all',
      )
      const visible = packages.filter((pkg) => mayRead(actor, pkg))
      const document = await pages.get(`${form} ${hashOf(visible)}`, async () =>
        renderIndex(form, visible),
      )
      return answerDocument(c, document, type)
    },

    async project(c, name) {
      const [form, type] = simpleForm(c)
      const wanted = pypiName(name)
      if (wanted.normalised !== name) return redirect(c, `../${wanted.normalised}/`, 301)
      const upstream = config.upstreams.pypi
      if (upstream !== undefined && !(await exists(registry, wanted))) {
        return redirect(c, `${upstream.href.replace(/\/$/, '')}/${name}/`, 302)
      }
      const pkg = await readablePackage(store, c.get('actor'), wanted)
      const document = await pages.get(`${form} ${pkg.id} ${pkg.revision}`, async () =>
        renderProject(form, pkg, await store.packages.releases(pkg.id), config.publicUrl.origin),
      )
      return answerDocument(c, document, type)
    },

    async file(c, name, filename) {
      const wanted = pypiName(name)
      const pkg = await readablePackage(store, c.get('actor'), wanted)
      const [, plain = filename, beside] = /^(.*)(\.metadata)$/.exec(filename) ?? []
      const found = await store.packages.file(pkg.id, plain)
      if (found !== undefined && beside === undefined)
        return answerFile(c, blobs, distribution(found))
      if (found?.metadata === undefined)
        throw refuse('file_not_found', { package: pkg.name, file: filename })
      return answerMetadata(blobs, found.metadata)
    },

    async json(c, name, version) {
      const pkg = await readablePackage(store, c.get('actor'), pypiName(name))
      const releases = await store.packages.releases(pkg.id)
      const wanted = version && (readPep440(version)?.normalised ?? version)
      const shown =
        wanted === undefined
          ? latestRelease(releases)
          : releases.find((release) => release.version === wanted)
      if (shown === undefined) {
        throw refuse('version_not_found', { package: pkg.name, version: version ?? '' })
      }
      const origin = config.publicUrl.origin
      return c.json(projectJson(pkg, releases, shown, { origin, all: version === undefined }))
    },
  }
}

/** The form that the client wants, by `Accept` or by `?format=` (PEP 691), and the type of the answer. */
function simpleForm(c: AppContext): (typeof SIMPLE_TYPES)[string] {
  // A plus sign in a query means a blank, but people write the media type as it is.
  const format = c.req.query('format')?.replace(' ', '+')
  const wanted = preferredType(format ?? c.req.header('accept'), Object.keys(SIMPLE_TYPES))
  const found = wanted === undefined ? undefined : SIMPLE_TYPES[wanted]
  if (found === undefined) {
    throw refuse('not_acceptable', { offered: Object.keys(SIMPLE_TYPES).join(', ') })
  }
  return found
}

/** A name that no project can have is one that is not here. */
export function pypiName(text: string): PackageName {
  try {
    return { ecosystem: 'pypi', ...parsePypiName(text) }
  } catch (error) {
    throw error instanceof InvalidUpload ? refuse('package_not_found', { package: text }) : error
  }
}

/** Sends the client elsewhere, and its `?format=` with it. */
export function redirect(c: AppContext, to: string, status: 301 | 302): Response {
  return c.redirect(to + new URL(c.req.url).search, status)
}

async function exists({ store }: Registry, name: PackageName): Promise<boolean> {
  return (await store.packages.find('pypi', name.normalised)) !== undefined
}

function distribution(file: ReleaseFile): SentFile {
  const etag = `"${file.digests.sha256}"`
  return { blob: file.blob, size: file.size, etag, contentType: 'application/octet-stream' }
}

/** METADATA is small (the upload saw to it), so it is sent in one piece. */
async function answerMetadata(
  blobs: Blobs,
  { blob, sha256 }: NonNullable<ReleaseFile['metadata']>,
): Promise<Response> {
  const bytes = await blobs.read(blob)
  if (bytes === undefined) throw new Error(`The blob ${blob} is gone`)
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    etag: `"${sha256}"`,
    'cache-control': IMMUTABLE,
    ...UNSNIFFED,
  }
  return new Response(new Uint8Array(await buffer(bytes)), { headers })
}

function hashOf(packages: readonly Package[]): string {
  const hash = createHash('sha256')
  for (const { id } of packages) hash.update(id)
  return hash.digest('base64url')
}
