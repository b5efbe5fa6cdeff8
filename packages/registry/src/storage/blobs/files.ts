import { createHash, type Hash, randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Blobs, BlobWriter } from '../../domain/ports.ts'

/** 16 random bytes, as hex; the first byte names the folder. */
const KEY = /^[0-9a-f]{32}$/
/** A folder holds 1/256 of the blobs. It is made for its first blob. */
const FOLDER = /^[0-9a-f]{2}$/

/** Bytes that are read at once: few calls for a large file, and little to hold for a slow reader. */
const PART = 256 * 1024

/** The folders hold restricted packages, and other users of the machine have no leave to read those. */
const OWN = 0o700

/** Keys that are listed at once: a database looks them up in one statement. */
const BATCH = 500

/** Blobs as files below `root`. A finished one is on disk, its folder entry too: it survives a power failure. */
export async function openFileBlobs(root: string): Promise<Blobs> {
  await mkdir(root, { recursive: true, mode: OWN })
  const pathOf = (key: string) => {
    if (!KEY.test(key)) throw new Error(`Not a blob key: ${key}`)
    return join(root, key.slice(0, 2), key)
  }

  return {
    async create(digests) {
      const key = randomBytes(16).toString('hex')
      const made = await mkdir(dirname(pathOf(key)), { recursive: true, mode: OWN })
      if (made !== undefined) await syncFolder(root)
      return new FileWriter(key, pathOf(key), await open(pathOf(key), 'wx'), digests)
    },

    async read(key, { start, end } = { start: 0, end: Number.POSITIVE_INFINITY }) {
      const path = pathOf(key)
      try {
        return parts(path, start, end + 1, await readPart(path, start, end + 1))
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },

    remove: (key) => removeFile(pathOf(key)),

    async *list(before) {
      for (const folder of (await readdir(root)).filter((name) => FOLDER.test(name))) {
        const keys: string[] = []
        for (const key of await readdir(join(root, folder))) {
          const written = await modified(join(root, folder, key))
          if (written !== undefined && written < before && KEY.test(key)) keys.push(key)
        }
        for (let at = 0; at < keys.length; at += BATCH) yield keys.slice(at, at + BATCH)
      }
    },
  }
}

async function* parts(
  path: string,
  start: number,
  end: number,
  first: Buffer,
): AsyncGenerator<Buffer> {
  let part = first
  for (let at = start; part.length > 0; part = await readPart(path, at, end)) {
    yield part
    at += part.length
    if (part.length < PART) return
  }
}

/** The file is not kept open between two parts: a client that goes away never asks for the next one. */
async function readPart(path: string, start: number, end: number): Promise<Buffer> {
  const handle = await open(path, 'r')
  try {
    const part = Buffer.allocUnsafe(Math.min(PART, end - start))
    let filled = 0
    while (filled < part.length) {
      const { bytesRead } = await handle.read(part, filled, part.length - filled, start + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return part.subarray(0, filled)
  } finally {
    await handle.close()
  }
}

class FileWriter implements BlobWriter {
  readonly key: string
  readonly #path: string
  readonly #handle: FileHandle
  readonly #hashes: ReadonlyMap<string, Hash>
  #size = 0
  #open = true

  constructor(key: string, path: string, handle: FileHandle, digests: readonly string[]) {
    this.key = key
    this.#path = path
    this.#handle = handle
    this.#hashes = new Map(digests.map((algorithm) => [algorithm, createHash(algorithm)]))
  }

  async write(chunk: Uint8Array): Promise<void> {
    for (const hash of this.#hashes.values()) hash.update(chunk)
    this.#size += chunk.length
    for (let written = 0; written < chunk.length; ) {
      const { bytesWritten } = await this.#handle.write(chunk, written)
      written += bytesWritten
    }
  }

  async finish(): Promise<{ size: number; digests: Record<string, string> }> {
    await this.#handle.sync()
    await this.#close()
    await syncFolder(dirname(this.#path))
    const digests = [...this.#hashes].map(([algorithm, hash]) => [algorithm, hash.digest('hex')])
    return { size: this.#size, digests: Object.fromEntries(digests) as Record<string, string> }
  }

  async discard(): Promise<void> {
    await this.#close()
    await removeFile(this.#path)
  }

  async #close(): Promise<void> {
    if (this.#open) await this.#handle.close()
    this.#open = false
  }
}

/** Without this a file may be there after a power failure and its name not. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  await folder.sync().finally(() => folder.close())
}

/** When the file was last written to; undefined if another process has removed it meanwhile. */
async function modified(path: string): Promise<Date | undefined> {
  try {
    return (await stat(path)).mtime
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (!isMissing(error)) throw error
  })
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
