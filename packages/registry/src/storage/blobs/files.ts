import { createHash, type Hash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Blobs, BlobWriter } from '../../domain/ports.ts'

/** 16 random bytes, as hex; the first byte names the folder. */
const KEY = /^[0-9a-f]{32}$/
/** A folder holds 1/256 of the blobs; its listing is one batch. */
const FOLDERS = Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0'))

/** Blobs as files below `root`. A finished one is on disk, its folder entry too: it survives a power failure. */
export async function openFileBlobs(root: string): Promise<Blobs> {
  for (const folder of FOLDERS) await mkdir(join(root, folder), { recursive: true })
  const pathOf = (key: string) => {
    if (!KEY.test(key)) throw new Error(`Not a blob key: ${key}`)
    return join(root, key.slice(0, 2), key)
  }

  return {
    async create(digests) {
      const key = randomBytes(16).toString('hex')
      return new FileWriter(key, pathOf(key), await open(pathOf(key), 'wx'), digests)
    },

    async read(key, range) {
      try {
        const handle = await open(pathOf(key), 'r')
        return createReadStream('', { fd: handle, ...range })
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },

    remove: (key) => removeFile(pathOf(key)),

    async *list(before) {
      for (const folder of FOLDERS) {
        const keys: string[] = []
        for (const key of await readdir(join(root, folder))) {
          const written = await modified(join(root, folder, key))
          if (written !== undefined && written < before && KEY.test(key)) keys.push(key)
        }
        if (keys.length > 0) yield keys
      }
    },
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
    // Without this the file may be there after a power failure and its name not.
    const folder = await open(join(this.#path, '..'), 'r')
    await folder.sync().finally(() => folder.close())
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
