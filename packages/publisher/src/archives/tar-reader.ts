import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'

/** Size of a tar block: headers fill one, contents are padded to whole ones. */
const BLOCK = 512

/** A manifest, readme or description; larger ones are refused by every registry. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024

/** A file of an archive; its bytes are there only if they were asked for. */
export interface TarFile {
  readonly path: string
  readonly size: number
  readonly bytes: Buffer | undefined
}

/**
 * Walks the files of a .tar.gz (ustar, GNU long names, pax paths) and keeps the contents of those that `wanted` names.
 * Nothing else is held in memory. @throws Error in half a sentence if it is no such archive
 */
export async function* tarFiles(
  file: string,
  wanted: (path: string) => boolean,
): AsyncGenerator<TarFile> {
  const blocks = new Blocks(gunzipped(file))
  let longPath: string | undefined
  for (;;) {
    const header = await blocks.take(BLOCK)
    // Two blocks of zeros end an archive; a missing end is what some old tools leave.
    if (header === undefined || header[0] === 0) return
    const { type, path, size } = readHeader(header)
    if (type === 'x' || type === 'L') {
      const body = await contents(blocks, size, true)
      longPath = (type === 'x' ? paxPath(body) : textOf(body)) ?? longPath
      continue
    }
    if (type === 'g' || type === 'K') {
      await contents(blocks, size, false)
      continue
    }
    const whole = longPath ?? path
    longPath = undefined
    const isFile = type === '0' || type === '\0' || type === '7'
    const bytes = await contents(blocks, size, isFile && wanted(whole))
    if (isFile) yield { path: whole, size, bytes }
  }
}

async function* gunzipped(file: string): AsyncGenerator<Buffer> {
  const source = createReadStream(file)
  const gunzip = createGunzip()
  source.on('error', (error) => gunzip.destroy(error))
  try {
    yield* source.pipe(gunzip) as AsyncIterable<Buffer>
  } finally {
    source.destroy()
    gunzip.destroy()
  }
}

async function contents(blocks: Blocks, size: number, keep: boolean): Promise<Buffer | undefined> {
  const padded = Math.ceil(size / BLOCK) * BLOCK
  if (!keep) {
    await blocks.skip(padded)
    return undefined
  }
  if (size > MAX_KEPT_BYTES) throw new Error(`a file in it has more than ${MAX_KEPT_BYTES} bytes`)
  const bytes = await blocks.take(padded)
  if (bytes === undefined) throw new Error('it is cut short')
  return bytes.subarray(0, size)
}

interface Header {
  readonly type: string
  readonly path: string
  readonly size: number
}

function readHeader(block: Buffer): Header {
  const magic = block.toString('latin1', 257, 262)
  if (magic !== 'ustar') throw new Error('it is no tar archive')
  const name = textOf(block.subarray(0, 100))
  const prefix =
    block.toString('latin1', 257, 263) === 'ustar\0' ? textOf(block.subarray(345, 500)) : ''
  return {
    type: block.toString('latin1', 156, 157),
    path: prefix === undefined || prefix === '' ? (name ?? '') : `${prefix}/${name}`,
    size: sizeOf(block.subarray(124, 136)),
  }
}

/** Octal digits, or (GNU) a big-endian number marked by the top bit. */
function sizeOf(field: Buffer): number {
  const first = field[0] ?? 0
  if (first >= 0x80) return Number(BigInt(`0x${field.subarray(4).toString('hex')}`))
  const size = Number.parseInt(field.toString('latin1').replace(/[\0 ]+$/, '') || '0', 8)
  if (Number.isNaN(size)) throw new Error('a size in it is malformed')
  return size
}

function textOf(bytes: Buffer | undefined): string | undefined {
  if (bytes === undefined) return undefined
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end)
}

/** Records of a pax header are `<length> <key>=<value>\n`. */
function paxPath(body: Buffer | undefined): string | undefined {
  return /^\d+ path=([^\n]*)$/m.exec(body?.toString('utf8') ?? '')?.[1]
}

/** Hands out exactly as many bytes as are asked for, whatever pieces they come in. */
class Blocks {
  readonly #source: AsyncGenerator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(source: AsyncGenerator<Buffer>) {
    this.#source = source
  }

  /** Undefined at the end. */
  async take(length: number): Promise<Buffer | undefined> {
    if (length === 0) return Buffer.alloc(0)
    const pieces: Buffer[] = []
    let missing = length
    while (missing > 0) {
      if (this.#rest.length === 0 && !(await this.#more())) return undefined
      const piece = this.#rest.subarray(0, missing)
      pieces.push(piece)
      this.#rest = this.#rest.subarray(piece.length)
      missing -= piece.length
    }
    return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces)
  }

  async skip(length: number): Promise<void> {
    let missing = length
    while (missing > 0) {
      if (this.#rest.length === 0 && !(await this.#more())) throw new Error('it is cut short')
      const skipped = Math.min(missing, this.#rest.length)
      this.#rest = this.#rest.subarray(skipped)
      missing -= skipped
    }
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#source.next()
    if (done === true) return false
    this.#rest = value
    return true
  }
}
