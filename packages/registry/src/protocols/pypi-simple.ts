import type { Package, Release, ReleaseFile } from '../domain/model.ts'
import { comparePep440, readPep440 } from '../domain/pep440.ts'

/** The version of the simple API that these pages follow: PEP 740 (provenance). */
const API_VERSION = '1.3'

/** The pages of the simple API: HTML (PEP 503) or JSON (PEP 691). Links are relative, but for those to provenance. */
export type SimpleForm = 'html' | 'json'

/** The media types a client can ask for, most preferred first, with the form and the type of the answer. */
export const SIMPLE_TYPES: Readonly<Record<string, readonly [form: SimpleForm, type: string]>> = {
  'text/html': ['html', 'text/html; charset=utf-8'],
  'application/vnd.pypi.simple.v1+html': [
    'html',
    'application/vnd.pypi.simple.v1+html; charset=utf-8',
  ],
  'application/vnd.pypi.simple.v1+json': ['json', 'application/vnd.pypi.simple.v1+json'],
  'application/vnd.pypi.simple.latest+html': [
    'html',
    'application/vnd.pypi.simple.v1+html; charset=utf-8',
  ],
  'application/vnd.pypi.simple.latest+json': ['json', 'application/vnd.pypi.simple.v1+json'],
}

/** The list of projects at `/simple/`. */
export function renderIndex(form: SimpleForm, packages: readonly Package[]): string {
  if (form === 'json') {
    return JSON.stringify({
      meta: { 'api-version': API_VERSION },
      projects: packages.map(({ name }) => ({ name })),
    })
  }
  const links = packages.map(({ name, normalised }) => link(`${normalised}/`, name, {}))
  return page('Simple index', links)
}

/** The files of a project at `/simple/<normalised>/`; `origin` is that of the addresses of provenance. */
export function renderProject(
  form: SimpleForm,
  pkg: Package,
  releases: readonly Release[],
  origin: string,
): string {
  const files = releases.flatMap(({ version, files }) =>
    files.map((file) => ({ ...file, provenance: provenanceUrl(origin, pkg, version, file) })),
  )
  if (form === 'html') {
    return page(
      `Links for ${pkg.name}`,
      files.map((file) => fileLink(pkg, file)),
    )
  }
  return JSON.stringify({
    meta: { 'api-version': API_VERSION },
    name: pkg.normalised,
    versions: releases.map(({ version }) => version).toSorted(compareVersions),
    files: files.map((file) => fileEntry(pkg, file)),
  })
}

/** Where a file is, from the root of the server. */
export function filePath(pkg: Package, filename: string): string {
  return `/files/pypi/${pkg.normalised}/${encodeURIComponent(filename)}`
}

/** Where a file's provenance is; PEP 740 wants the whole address. */
function provenanceUrl(
  origin: string,
  { normalised }: Package,
  version: string,
  { filename, predicates }: ReleaseFile,
): string | undefined {
  if (predicates === undefined) return undefined
  const parts = [normalised, version, filename].map(encodeURIComponent)
  return `${origin}/integrity/${parts.join('/')}/provenance`
}

type LinkedFile = ReleaseFile & { readonly provenance: string | undefined }

/** Orders version texts as PEP 440 does. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [readPep440(a), readPep440(b)]
  return left === undefined || right === undefined ? 0 : comparePep440(left, right)
}

/** A page of a project is two folders below the root. */
function relativePath(pkg: Package, file: ReleaseFile): string {
  return `../..${filePath(pkg, file.filename)}`
}

function fileEntry(pkg: Package, file: LinkedFile): Record<string, unknown> {
  const metadata = file.metadata === undefined ? false : { sha256: file.metadata.sha256 }
  return {
    filename: file.filename,
    url: relativePath(pkg, file),
    hashes: { sha256: file.digests.sha256 },
    ...(file.requiresPython === undefined ? {} : { 'requires-python': file.requiresPython }),
    size: file.size,
    'upload-time': file.uploadedAt,
    // PEP 592: yanked without a reason is `true`, since clients take an empty string for "not yanked".
    yanked: file.yanked === undefined ? false : file.yanked || true,
    'core-metadata': metadata,
    // PEP 714: the name that clients of PEP 658 look for.
    'data-dist-info-metadata': metadata,
    provenance: file.provenance ?? null,
  }
}

function fileLink(pkg: Package, file: LinkedFile): string {
  const metadata = file.metadata && `sha256=${file.metadata.sha256}`
  return link(`${relativePath(pkg, file)}#sha256=${file.digests.sha256}`, file.filename, {
    'data-requires-python': file.requiresPython,
    'data-yanked': file.yanked,
    'data-core-metadata': metadata,
    'data-dist-info-metadata': metadata,
    'data-provenance': file.provenance,
  })
}

function link(
  href: string,
  text: string,
  attributes: Readonly<Record<string, string | undefined>>,
): string {
  const written = Object.entries({ href, ...attributes })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeHtml(value ?? '')}"`)
  return `<a${written.join('')}>${escapeHtml(text)}</a><br>`
}

function page(title: string, links: readonly string[]): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="pypi:repository-version" content="${API_VERSION}">
<title>${escapeHtml(title)}</title>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${links.join('\n')}
</body>
</html>
`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
