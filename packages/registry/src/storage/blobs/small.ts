import { createHash, randomBytes } from 'node:crypto'
import type { Blobs, BlobWriter } from '../../domain/ports.ts'

/**
 * Up to this size a blob is a row of the database: one durable write where a file of its own needs three. Most packages
 * are smaller, and SQLite finds such rows faster than a file system finds files.
 */
const SMALL_BYTES = 64 * 1024
/** The letter tells it from the keys of large blobs. */
const KEY = /^s[0-9a-f]{32}$/
/** An upload records its file within this time, or never. */
const RECORDED_WITHIN_MS = 10 * 60_000

/** Small blobs that were written and wait for their file to be recorded; they become durable together with its row. */
export class UnrecordedBlobs {
  readonly #waiting = new Map<string, { readonly content: Uint8Array; readonly since: number }>()

  add(key: string, content: Uint8Array): void {
    const now = Date.now()
    for (const [old, { since }] of this.#waiting) {
      if (now - since < RECORDED_WITHIN_MS) break
      this.#waiting.delete(old)
    }
    this.#waiting.set(key, { content, since: now })
  }

  get(key: string): Uint8Array | undefined {
    return this.#waiting.get(key)?.content
  }

  remove(key: string): void {
    this.#waiting.delete(key)
  }
}

/**
 * A blob store that leaves small blobs to the database and hands the others on to `large`.
 * @param recorded reads a small blob whose file is recorded
 */
export function withSmallBlobs(
  large: Blobs,
  unrecorded: UnrecordedBlobs,
  recorded: (key: string) => Promise<Uint8Array | undefined>,
): Blobs {
  return {
    ...large,
    create: async (digests) => new SmallWriter(digests, large, unrecorded),
    // A small one goes with the row that refers to it, in the same transaction.
    remove: async (key) => (KEY.test(key) ? unrecorded.remove(key) : large.remove(key)),
    async read(key, range) {
      if (!KEY.test(key)) return large.read(key, range)
      const content = unrecorded.get(key) ?? (await recorded(key))
      return (
        content &&
        onePart(range === undefined ? content : content.subarray(range.start, range.end + 1))
      )
    },
  }
}

async function* onePart(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Collects bytes as long as they are few; from then on it is a writer of a large blob. */
class SmallWriter implements BlobWriter {
  readonly #key = `s${randomBytes(16).toString('hex')}`
  readonly #digests: readonly string[]
  readonly #store: Blobs
  readonly #unrecorded: UnrecordedBlobs
  #chunks: Uint8Array[] = []
  #size = 0
  #large: BlobWriter | undefined

  constructor(digests: readonly string[], store: Blobs, unrecorded: UnrecordedBlobs) {
    this.#digests = digests
    this.#store = store
    this.#unrecorded = unrecorded
  }

  get key(): string {
    return this.#large?.key ?? this.#key
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#large !== undefined) return this.#large.write(chunk)
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size <= SMALL_BYTES) return
    this.#large = await this.#store.create(this.#digests)
    for (const kept of this.#chunks.splice(0)) await this.#large.write(kept)
  }

  async finish(): ReturnType<BlobWriter['finish']> {
    if (this.#large !== undefined) return this.#large.finish()
    const content = Buffer.concat(this.#chunks)
    this.#unrecorded.add(this.#key, content)
    const digests = this.#digests.map((algorithm) => [
      algorithm,
      createHash(algorithm).update(content).digest('hex'),
    ])
    return { size: content.length, digests: Object.fromEntries(digests) as Record<string, string> }
  }

  async discard(): Promise<void> {
    this.#unrecorded.remove(this.#key)
    await this.#large?.discard()
  }
}
