import { quoted } from '../invalid-upload.ts'
import { MalformedArchive } from './problem.ts'
import {
  BLOCK,
  type PaxRecords,
  readLongName,
  readPaxRecords,
  readTarHeader,
} from './tar-header.ts'

/** Enough for the largest packages seen (about 60,000 files); each entry costs at least 512 bytes to inspect. */
const MAX_ENTRIES = 100_000

/** Extension headers are held in memory; attributes copied from macOS files reach some 100 kB. */
const MAX_EXTENSION_SIZE = 1024 * 1024

/** One file, directory or link; the path is as written, less a directory's final slash. */
export interface TarEntry {
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink'
  readonly path: string
  readonly size: number
  readonly linkTarget: string
}

/** Called at each entry; answers with a function that is to get the content, or undefined to skip it. */
export type TarVisitor = (entry: TarEntry) => ((content: Buffer) => void) | undefined

const TYPES: ReadonlyMap<string, TarEntry['type']> = new Map([
  ['0', 'file'],
  ['\0', 'file'],
  ['1', 'hardlink'],
  ['2', 'symlink'],
  ['5', 'directory'],
])

/**
 * Walks a tar archive while it arrives in chunks of any size. Stricter than unpackers, so that all of them
 * see the same files: every checksum holds, only files, directories and links occur, the end is marked,
 * and nothing follows it. Throws MalformedArchive.
 */
export class TarWalker {
  readonly #visit: TarVisitor
  readonly #partial = Buffer.allocUnsafe(BLOCK)
  #filled = 0
  #entries = 0
  #remaining = 0
  #padding = 0
  #zeroBlocks = 0
  #content: ((content: Buffer) => void) | undefined
  #extension: { type: string; body: Buffer[] } | undefined
  #overrides: PaxRecords = {}

  constructor(visit: TarVisitor) {
    this.#visit = visit
  }

  write(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#zeroBlocks === 2) {
        requireZeros(chunk.subarray(at))
        return
      }
      if (this.#remaining > 0) at = this.#takeContent(chunk, at)
      else if (this.#padding > 0) at = this.#skipPadding(chunk, at)
      else at = this.#takeBlock(chunk, at)
    }
  }

  end(): void {
    if (this.#zeroBlocks < 2) throw new MalformedArchive('it ends before its end-of-archive mark')
  }

  #takeContent(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#remaining)
    this.#content?.(chunk.subarray(at, end))
    this.#remaining -= end - at
    if (this.#remaining === 0) this.#endContent()
    return end
  }

  #skipPadding(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#padding)
    this.#padding -= end - at
    return end
  }

  #takeBlock(chunk: Buffer, at: number): number {
    if (this.#filled === 0 && chunk.length - at >= BLOCK) {
      this.#block(chunk.subarray(at, at + BLOCK))
      return at + BLOCK
    }
    const copied = chunk.copy(this.#partial, this.#filled, at)
    this.#filled += copied
    if (this.#filled === BLOCK) {
      this.#filled = 0
      this.#block(this.#partial)
    }
    return at + copied
  }

  #block(block: Buffer): void {
    if (block[0] === 0 && isZero(block)) {
      this.#zeroBlocks += 1
      if (Object.keys(this.#overrides).length > 0) {
        throw new MalformedArchive('an extension header has no entry')
      }
      return
    }
    if (this.#zeroBlocks > 0) throw new MalformedArchive('an entry follows the end-of-archive mark')
    this.#entries += 1
    if (this.#entries > MAX_ENTRIES)
      throw new MalformedArchive(`it has over ${MAX_ENTRIES} entries`)
    const header = readTarHeader(block)
    if ('xgLK'.includes(header.type)) this.#beginExtension(header.type, header.size)
    else this.#beginEntry(header)
  }

  #beginExtension(type: string, size: number): void {
    if (size > MAX_EXTENSION_SIZE) throw new MalformedArchive('an extension header is too large')
    const body: Buffer[] = []
    this.#extension = { type, body }
    this.#begin(size, (content) => body.push(Buffer.from(content)))
  }

  #beginEntry(header: { type: string; name: string; linkTarget: string; size: number }): void {
    const type = TYPES.get(header.type)
    const { path = header.name, size = header.size, linkpath = header.linkTarget } = this.#overrides
    this.#overrides = {}
    if (type === undefined) {
      throw new MalformedArchive(`${quoted(path)} is neither a file, a directory nor a link`)
    }
    if (type !== 'file' && size > 0)
      throw new MalformedArchive(`${quoted(path)} cannot have content`)
    const plain = type === 'directory' && path.endsWith('/') ? path.slice(0, -1) : path
    this.#begin(size, this.#visit({ type, path: plain, size, linkTarget: linkpath }))
  }

  #begin(size: number, content: ((content: Buffer) => void) | undefined): void {
    this.#content = content
    this.#remaining = size
    this.#padding = (BLOCK - (size % BLOCK)) % BLOCK
    if (size === 0) this.#endContent()
  }

  #endContent(): void {
    const extension = this.#extension
    if (extension === undefined) return
    this.#extension = undefined
    const body = Buffer.concat(extension.body)
    if (extension.type === 'L') this.#override({ path: readLongName(body) })
    else if (extension.type === 'K') this.#override({ linkpath: readLongName(body) })
    else if (extension.type === 'x') this.#override(readPaxRecords(body))
    // git archive puts its commit into a global header; on names there, unpackers disagree.
    else if (Object.keys(readPaxRecords(body)).length > 0) {
      throw new MalformedArchive('a global header changes names or sizes')
    }
  }

  #override(records: PaxRecords): void {
    for (const key of Object.keys(records)) {
      if (Object.hasOwn(this.#overrides, key)) {
        throw new MalformedArchive(`two extension headers give the ${key} of one entry`)
      }
    }
    this.#overrides = { ...this.#overrides, ...records }
  }
}

function isZero(bytes: Buffer): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false
  return true
}

function requireZeros(bytes: Buffer): void {
  if (!isZero(bytes)) throw new MalformedArchive('data follows the end-of-archive mark')
}
