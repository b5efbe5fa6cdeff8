import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Body } from '../http.ts'
import type { NpmArtifact } from './read.ts'

/** A Sigstore bundle as it is attached. */
export interface AttachedBundle {
  readonly mediaType: string
}

/** Pieces of a multiple of three bytes are whole in base64. */
const PIECE = 3 * 64 * 1024

/**
 * The body of `PUT /<name>`: one version of the package with its tarball in base64. The tarball is read while it is
 * sent, never held.
 */
export function publishDocument(artifact: NpmArtifact, bundle?: AttachedBundle): Body {
  const { name, version, filename, size, path } = artifact
  const place = randomUUID()
  const sigstore = bundle === undefined ? {} : attachment(`${name}-${version}.sigstore`, bundle)
  const document = JSON.stringify({
    _id: name,
    name,
    description: artifact.manifest.description,
    'dist-tags': { [artifact.tag ?? 'latest']: version },
    versions: { [version]: versionDocument(artifact) },
    access: artifact.access ?? null,
    _attachments: {
      [filename]: { content_type: 'application/octet-stream', data: place, length: size },
      ...sigstore,
    },
  })
  const [before = '', after = ''] = document.split(place)
  return {
    length: Buffer.byteLength(before) + Math.ceil(size / 3) * 4 + Buffer.byteLength(after),
    async *chunks() {
      yield Buffer.from(before)
      yield* base64(path)
      yield Buffer.from(after)
    },
  }
}

function versionDocument({
  manifest,
  name,
  version,
  digests,
  registry,
  filename,
}: NpmArtifact): object {
  const integrity = `sha512-${Buffer.from(digests.sha512 ?? '', 'hex').toString('base64')}`
  const tarball = new URL(`${name}/-/${filename}`, registry).href
  return {
    ...manifest,
    _id: `${name}@${version}`,
    dist: { integrity, shasum: digests.sha1, tarball },
  }
}

function attachment(name: string, bundle: AttachedBundle): object {
  const data = JSON.stringify(bundle)
  return { [name]: { content_type: bundle.mediaType, data, length: data.length } }
}

async function* base64(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path, {
    highWaterMark: PIECE,
  }) as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const whole = bytes.length - (bytes.length % 3)
    yield Buffer.from(bytes.toString('base64', 0, whole), 'latin1')
    rest = bytes.subarray(whole)
  }
  if (rest.length > 0) yield Buffer.from(rest.toString('base64'), 'latin1')
}
