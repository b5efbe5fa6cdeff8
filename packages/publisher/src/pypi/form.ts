import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Body } from '../http.ts'
import type { PypiArtifact } from './read.ts'

/** Fields of core metadata whose name in the form is not just the same with `_` for `-`. */
const PLURAL: Readonly<Record<string, string>> = {
  classifier: 'classifiers',
  'project-url': 'project_urls',
  'import-name': 'import_names',
  'import-namespace': 'import_namespaces',
}

/** Sent from elsewhere, or under a name of its own. */
const NOT_COPIED = new Set(['name', 'version', 'metadata-version', 'description'])

/** A form whose file is read while it is sent; it has a length, because indexes want one. */
export interface Form {
  readonly contentType: string
  readonly body: Body
}

/** The form of a legacy upload (https://docs.pypi.org/api/upload/): fields, the file, then the attestations. */
export function uploadForm(artifact: PypiArtifact, attestations: readonly unknown[]): Form {
  const boundary = `trustpub-${randomUUID()}`
  const part = (name: string, rest = '') =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${rest}\r\n`
  const field = ([name, value]: readonly [string, string]) => `${part(name)}\r\n${value}\r\n`
  const content = part('content', `; filename="${artifact.filename}"`)
  const all = attestations.length === 0 ? '' : field(['attestations', JSON.stringify(attestations)])
  const before = Buffer.from(
    `${formFields(artifact).map(field).join('')}${content}Content-Type: application/octet-stream\r\n\r\n`,
  )
  const after = Buffer.from(`\r\n${all}--${boundary}--\r\n`)
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: {
      length: before.length + artifact.size + after.length,
      async *chunks() {
        yield before
        yield* createReadStream(artifact.path) as AsyncIterable<Buffer>
        yield after
      },
    },
  }
}

/** Every field but the file and the attestations; fields with several values come several times. */
export function formFields(artifact: PypiArtifact): [name: string, value: string][] {
  const { metadata, digests, kind, pythonVersion } = artifact
  const copied = [...metadata.fields].flatMap(([field, values]) =>
    NOT_COPIED.has(field)
      ? []
      : values.map((value): [string, string] => [
          PLURAL[field] ?? field.replaceAll('-', '_'),
          value,
        ]),
  )
  const description = metadata.description || metadata.fields.get('description')?.[0] || ''
  return [
    [':action', 'file_upload'],
    ['protocol_version', '1'],
    ['name', metadata.name],
    ['version', metadata.version],
    ['metadata_version', metadata.metadataVersion],
    ['filetype', kind === 'wheel' ? 'bdist_wheel' : 'sdist'],
    ['pyversion', pythonVersion],
    ['sha256_digest', digests.sha256 ?? ''],
    ...copied,
    ...(description === '' ? [] : [['description', description] as [string, string]]),
  ]
}
