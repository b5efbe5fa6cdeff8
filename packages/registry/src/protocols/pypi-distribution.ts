import { createHash } from 'node:crypto'
import type { CoreMetadata } from '../archives/core-metadata.ts'
import {
  type DistributionFilename,
  parseDistributionFilename,
} from '../archives/distribution-filename.ts'
import { inspectSdist } from '../archives/sdist.ts'
import { inspectWheel } from '../archives/wheel.ts'
import type { RandomAccess } from '../archives/zip.ts'
import type { ReleaseFile } from '../domain/model.ts'
import type { Blobs, BlobWriter } from '../domain/ports.ts'

/** sha256 is what clients check; md5 is only shown, in the JSON API. */
const DIGESTS = ['sha256', 'md5']

/** A wheel or sdist that was inspected and is in the blob store. */
export interface Distribution {
  readonly metadata: CoreMetadata
  readonly file: Omit<ReleaseFile, 'uploadedAt'>
}

/** The blobs that one upload writes, to be taken back together. */
export class UploadBlobs {
  readonly #blobs: Blobs
  readonly #written: BlobWriter[] = []

  constructor(blobs: Blobs) {
    this.#blobs = blobs
  }

  async create(digests: readonly string[]): Promise<BlobWriter> {
    const writer = await this.#blobs.create(digests)
    this.#written.push(writer)
    return writer
  }

  /** Bytes of a finished blob, at any place. */
  async read(key: string, offset: number, length: number): Promise<Uint8Array> {
    if (length === 0) return Buffer.alloc(0)
    const bytes = await this.#blobs.read(key, { start: offset, end: offset + length - 1 })
    const chunks: Uint8Array[] = []
    for await (const chunk of bytes ?? []) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  async discard(): Promise<void> {
    for (const writer of this.#written) await writer.discard()
  }
}

/**
 * Stores the bytes of a distribution and inspects them: an sdist while it streams past, a wheel afterwards, since a
 * zip archive is read from its end. A wheel's METADATA becomes a blob of its own (PEP 658).
 * @throws InvalidUpload; the blobs are the caller's to discard
 */
export async function storeDistribution(
  blobs: UploadBlobs,
  filename: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Distribution> {
  const { kind } = parseDistributionFilename(filename)
  return kind === 'sdist'
    ? storeSdist(blobs, filename, chunks)
    : storeWheel(blobs, filename, chunks)
}

async function storeSdist(
  blobs: UploadBlobs,
  filename: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Distribution> {
  const blob = await blobs.create(DIGESTS)
  const inspector = inspectSdist(filename)
  try {
    for await (const chunk of chunks) {
      await blob.write(chunk)
      await inspector.write(chunk)
    }
    const { metadata } = await inspector.end()
    return describe('sdist', filename, metadata, blob.key, await blob.finish())
  } finally {
    inspector.abort()
  }
}

async function storeWheel(
  blobs: UploadBlobs,
  filename: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Distribution> {
  const blob = await blobs.create(DIGESTS)
  for await (const chunk of chunks) await blob.write(chunk)
  const stored = await blob.finish()
  const source: RandomAccess = {
    size: stored.size,
    read: (offset, length) =>
      blobs.read(blob.key, offset, Math.min(length, Math.max(stored.size - offset, 0))),
  }
  const { metadata, metadataBytes } = await inspectWheel(source, filename)

  const beside = await blobs.create([])
  await beside.write(metadataBytes)
  await beside.finish()
  const sha256 = createHash('sha256').update(metadataBytes).digest('hex')
  const { file } = describe('wheel', filename, metadata, blob.key, stored)
  return { metadata, file: { ...file, metadata: { blob: beside.key, sha256 } } }
}

function describe(
  kind: DistributionFilename['kind'],
  filename: string,
  metadata: CoreMetadata,
  blob: string,
  stored: Awaited<ReturnType<BlobWriter['finish']>>,
): Distribution {
  const { requiresPython } = metadata
  return {
    metadata,
    file: {
      filename,
      kind,
      blob,
      ...stored,
      ...(requiresPython === undefined ? {} : { requiresPython }),
    },
  }
}
