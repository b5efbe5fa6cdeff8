import { Readable } from 'node:stream'
import type { Blobs, ByteRange } from '../domain/ports.ts'
import type { AppContext } from './app-types.ts'
import { hasTag, UNSNIFFED } from './documents.ts'

/** A file as it is sent; its bytes never change. */
export interface SentFile {
  readonly blob: string
  readonly size: number
  readonly etag: string
  readonly contentType: string
}

/** Files up to this size are read at once: cheaper than a stream, and small enough to hold. */
const WHOLE_BYTES = 128 * 1024

/** What may be kept for good, though not by caches that serve others: it may be restricted. */
export const IMMUTABLE = 'private, max-age=31536000, immutable'

/** Sends a file, or the part of it that the client asked for (RFC 9110, section 14: single ranges). */
export async function answerFile(c: AppContext, blobs: Blobs, file: SentFile): Promise<Response> {
  const headers: Record<string, string> = {
    'content-type': file.contentType,
    etag: file.etag,
    'accept-ranges': 'bytes',
    ...UNSNIFFED,
    'cache-control': IMMUTABLE,
  }
  if (hasTag(c.req.header('if-none-match'), file.etag))
    return new Response(null, { status: 304, headers })
  const range = readRange(c.req.header('range'), file.size)
  if (range === 'unsatisfiable') {
    return new Response(null, {
      status: 416,
      headers: { ...headers, 'content-range': `bytes */${file.size}` },
    })
  }
  const length = range === undefined ? file.size : range.end - range.start + 1
  headers['content-length'] = String(length)
  if (range !== undefined)
    headers['content-range'] = `bytes ${range.start}-${range.end}/${file.size}`
  const status = range === undefined ? 200 : 206
  if (c.req.method === 'HEAD') return new Response(null, { status, headers })
  const bytes = await blobs.read(file.blob, range)
  if (bytes === undefined) throw new Error(`The blob ${file.blob} is gone`)
  if (length > WHOLE_BYTES)
    return new Response(Readable.toWeb(Readable.from(bytes)) as ReadableStream, { status, headers })
  return new Response(await whole(bytes, length), { status, headers })
}

async function whole(
  bytes: AsyncIterable<Uint8Array>,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(length)
  let at = 0
  for await (const chunk of bytes) {
    buffer.set(chunk, at)
    at += chunk.length
  }
  if (at !== length) throw new Error(`A blob has ${at} bytes where there should be ${length}`)
  return buffer
}

function readRange(
  header: string | undefined,
  size: number,
): ByteRange | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return undefined
  if (first === '') {
    const suffix = Math.min(Number(last), size)
    return suffix === 0 ? 'unsatisfiable' : { start: size - suffix, end: size - 1 }
  }
  const range = {
    start: Number(first),
    end: last === '' ? size - 1 : Math.min(Number(last), size - 1),
  }
  if (range.start >= size) return 'unsatisfiable'
  return range.start > range.end ? undefined : range
}
