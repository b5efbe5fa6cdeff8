import type { CoreMetadata } from '../archives/core-metadata.ts'

/** Fields with one value that the JSON API shows (https://packaging.python.org/specifications/core-metadata/). */
const TEXTS = [
  'summary',
  'description_content_type',
  'author',
  'author_email',
  'maintainer',
  'maintainer_email',
  'license',
  'license_expression',
  'home_page',
  'keywords',
  'requires_python',
] as const

/** Fields that may be repeated, by the name that the upload form and the JSON API have for all of them. */
const LISTS = {
  classifiers: 'classifier',
  requires_dist: 'requires-dist',
  provides_extra: 'provides-extra',
  license_files: 'license-file',
} as const

/**
 * The manifest of a release: what its first distribution says about itself. Clients copy the same into the upload
 * form, but the file is what gets installed, so the file is what counts.
 */
export function manifestOf(metadata: CoreMetadata): Record<string, unknown> {
  const { fields } = metadata
  const manifest: Record<string, unknown> = {
    name: metadata.name.name,
    version: metadata.version.normalised,
  }
  for (const name of TEXTS) {
    const value = fields.get(name.replaceAll('_', '-'))?.[0]
    // setuptools before 62 wrote UNKNOWN for what it was not told.
    if (value && value !== 'UNKNOWN') manifest[name] = value
  }
  for (const [name, field] of Object.entries(LISTS)) {
    const values = fields.get(field)
    if (values !== undefined) manifest[name] = values
  }
  const urls = fields.get('project-url')
  if (urls !== undefined) manifest.project_urls = Object.fromEntries(urls.map(readProjectUrl))
  const description = descriptionOf(metadata)
  if (description !== '') manifest.description = description
  return manifest
}

/** `Label, URL` */
function readProjectUrl(text: string): [label: string, url: string] {
  const comma = text.indexOf(',')
  return [text.slice(0, Math.max(comma, 0)).trim(), text.slice(comma + 1).trim()]
}

/** The body, or before metadata version 2.1 a field whose lines go on behind `       |`. */
function descriptionOf({ fields, body }: CoreMetadata): string {
  if (body.trim() !== '') return body
  const field = fields.get('description')?.[0] ?? ''
  return field.replace(/\n(?: {7}\|| {8})/g, '\n')
}
