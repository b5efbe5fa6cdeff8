import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { AppContext } from './app-types.ts'

/** Answers shorter than this gain nothing from compression. */
const MIN_GZIP_BYTES = 1024

const compress = promisify(gzip)

/** A document that was built once and is sent often. */
export interface Rendered {
  readonly etag: string
  readonly plain: Uint8Array<ArrayBuffer>
  readonly gzipped: Uint8Array<ArrayBuffer> | undefined
}

/**
 * Keeps built documents, the most recently used up to `maxBytes`. Keys must change with the content (a package's
 * revision is part of them), so that nothing here can be out of date, whichever process changed the package.
 */
export class Documents {
  readonly #maxBytes: number
  readonly #kept = new Map<string, Promise<Rendered>>()
  readonly #sizes = new Map<string, number>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The document under `key`; `build` makes it if it is not kept. Whoever asks meanwhile waits for the same build. */
  async get(key: string, build: () => Promise<string>): Promise<Rendered> {
    const known = this.#kept.get(key)
    if (known !== undefined) {
      // A Map remembers the order of insertion, so what was used last goes to the end.
      this.#kept.delete(key)
      this.#kept.set(key, known)
      return known
    }
    const building = build().then(render)
    this.#kept.set(key, building)
    try {
      const rendered = await building
      this.#account(key, rendered.plain.length + (rendered.gzipped?.length ?? 0))
      return rendered
    } catch (error) {
      this.#kept.delete(key)
      throw error
    }
  }

  #account(key: string, size: number): void {
    this.#sizes.set(key, size)
    this.#bytes += size
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#maxBytes) return
      const freed = this.#sizes.get(oldest)
      if (freed === undefined) continue
      this.#bytes -= freed
      this.#sizes.delete(oldest)
      this.#kept.delete(oldest)
    }
  }
}

async function render(text: string): Promise<Rendered> {
  const plain = new TextEncoder().encode(text)
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 27)}"`
  const gzipped = plain.length < MIN_GZIP_BYTES ? undefined : new Uint8Array(await compress(plain))
  return { etag, plain, gzipped }
}

/** What others uploaded is only what its content type says: a browser must not find a page or a script in it. */
export const UNSNIFFED: { readonly 'x-content-type-options': 'nosniff' } = {
  'x-content-type-options': 'nosniff',
}

/** Sends a document: 304 if the client has it, compressed if the client can take that. */
export function answerDocument(c: AppContext, document: Rendered, contentType: string): Response {
  const headers: Record<string, string> = {
    'content-type': contentType,
    etag: document.etag,
    ...UNSNIFFED,
    vary: 'accept, accept-encoding, authorization',
    // To be asked for again each time: a new release must be seen at once, and the ETag makes asking cheap.
    'cache-control': 'private, no-cache',
  }
  if (hasTag(c.req.header('if-none-match'), document.etag))
    return new Response(null, { status: 304, headers })
  const accepted = c.req.header('accept-encoding') ?? ''
  if (document.gzipped === undefined || !/\bgzip\b(?!;q=0(?:\.0*)?(?:,|$))/.test(accepted)) {
    return new Response(document.plain, { headers })
  }
  headers['content-encoding'] = 'gzip'
  return new Response(document.gzipped, { headers })
}

/** Whether an `If-None-Match` header names the tag (RFC 9110, section 13.1.2: weak comparison). */
export function hasTag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header
    .split(',')
    .some((tag) => tag.trim().replace(/^W\//, '') === etag || tag.trim() === '*')
}
