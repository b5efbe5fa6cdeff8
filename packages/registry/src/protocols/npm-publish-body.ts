import { InvalidUpload, quoted } from '../invalid-upload.ts'
import { Base64Decoder } from './base64-decoder.ts'
import {
  type MetadataDocument,
  type PublishDocument,
  readPublishDocument,
  type StreamedTarball,
} from './npm-publish-document.ts'
import { malformed, PublishScanner, SLICE } from './npm-publish-scanner.ts'

export type { JsonObject, MetadataDocument, PublishDocument } from './npm-publish-document.ts'

/** Takes the tarball's bytes as they arrive. The chunks are the writer's to keep. */
export interface AttachmentWriter {
  write(chunk: Uint8Array): Promise<void> | void
}

/** Called once, when the tarball begins. The file name is as the client wrote it: not checked, not a path. */
export type AttachmentSink = (filename: string) => AttachmentWriter

/** Bytes. */
export interface PublishLimits {
  /** Of the unpacked base64, so of the .tgz file. */
  readonly tarball: number
  /** Of the document without its tarball. @default 10 MiB */
  readonly document?: number
}

/** Manifests and readmes of npm stay below 1 MiB; packuments with very many versions reach some MiB. */
const MAX_DOCUMENT_SIZE = 10 * 1024 * 1024

const QUOTE = 0x22

/**
 * Reads the JSON body of `PUT /<name>` (npm publish and metadata updates) while it arrives, and hands the
 * tarball in `_attachments` to the sink without ever holding it. What the sink got is worthless unless this
 * resolves. @throws InvalidUpload publish_malformed, name_invalid, version_invalid or too_large
 */
export async function readPublishBody(
  body: AsyncIterable<Uint8Array>,
  sink: AttachmentSink,
  limits: PublishLimits,
): Promise<PublishDocument | MetadataDocument> {
  const scanner = new PublishScanner(limits.document ?? MAX_DOCUMENT_SIZE)
  let tarball: TarballData | undefined
  for await (const { buffer, byteOffset, byteLength } of body) {
    const chunk = Buffer.from(buffer, byteOffset, byteLength)
    let at = 0
    while (at < chunk.length) {
      if (scanner.streaming === undefined) {
        at = scanner.scan(chunk, at)
        continue
      }
      tarball = tarballOf(scanner.streaming, tarball, sink, limits.tarball)
      const piece = upToQuote(chunk, at)
      const pending = tarball.write(piece)
      if (pending !== undefined) await pending
      at += piece.length
      if (chunk[at] === QUOTE) {
        tarball.end()
        scanner.endData()
      }
    }
  }
  return readPublishDocument(scanner.text(), tarball?.facts())
}

function tarballOf(
  filename: string,
  current: TarballData | undefined,
  sink: AttachmentSink,
  limit: number,
): TarballData {
  if (current?.filename === filename) return current
  if (current !== undefined) throw malformed('has two tarballs attached')
  if (!filename.endsWith('.tgz')) {
    throw malformed(`attaches ${quoted(filename)}, which is neither a .tgz nor a .sigstore file`)
  }
  return new TarballData(filename, sink(filename), limit)
}

function upToQuote(chunk: Buffer, at: number): Buffer {
  const slice = chunk.subarray(at, at + SLICE)
  const quote = slice.indexOf(QUOTE)
  return quote === -1 ? slice : slice.subarray(0, quote)
}

class TarballData {
  readonly filename: string
  readonly #writer: AttachmentWriter
  readonly #limit: number
  readonly #decoder = new Base64Decoder()
  #size = 0

  constructor(filename: string, writer: AttachmentWriter, limit: number) {
    this.filename = filename
    this.#writer = writer
    this.#limit = limit
  }

  write(piece: Buffer): Promise<void> | void {
    const bytes = this.#decoder.decode(piece)
    if (bytes === undefined) throw malformed('has a tarball that is not base64')
    this.#size += bytes.length
    if (this.#size > this.#limit) {
      throw new InvalidUpload(
        'too_large',
        `The tarball is larger than the ${this.#limit} bytes that this registry takes.`,
      )
    }
    if (bytes.length > 0) return this.#writer.write(bytes)
  }

  end(): void {
    if (!this.#decoder.isComplete()) throw malformed('has a tarball that is not base64')
  }

  facts(): StreamedTarball {
    return { filename: this.filename, size: this.#size }
  }
}
