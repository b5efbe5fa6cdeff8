import { createGunzip, type Gunzip, gunzipSync } from 'node:zlib'
import { MalformedArchive } from './problem.ts'
import { checkRatio } from './ratio.ts'

/** Up to here an archive is held and unpacked in one call: some 5 ms at most, without a stream's overhead. */
const HELD_SIZE = 256 * 1024
const HELD_UNPACKED_SIZE = 2 * 1024 * 1024

/** Fewer, larger calls than zlib's default of 16 KiB. */
const OUTPUT_CHUNK = 64 * 1024

/** Bytes of the trailing field ISIZE, the unpacked size (RFC 1952 section 2.3.1). */
const ISIZE_LENGTH = 4

/** Bounds the CPU time that one upload can take; packages on npm and PyPI stay well below it. */
const MAX_UNPACKED_SIZE = 1024 * 1024 * 1024

/**
 * Unpacks gzip while it arrives, passing the bytes on as they appear. Exactly one complete gzip member
 * (RFC 1952) with nothing after it is accepted, since unpackers disagree about anything else.
 * Throws MalformedArchive, or what `onBytes` throws. Chunks given to it must not be changed afterwards.
 */
export class GzipReader {
  readonly #onBytes: (bytes: Buffer) => void
  #held: Uint8Array[] = []
  #packed = 0
  #unpacked = 0
  #tail: Uint8Array = new Uint8Array(0)
  #stream: Gunzip | undefined
  #problem: unknown

  constructor(onBytes: (bytes: Buffer) => void) {
    this.#onBytes = onBytes
  }

  write(chunk: Uint8Array): Promise<void> | void {
    this.#packed += chunk.length
    this.#tail =
      chunk.length >= ISIZE_LENGTH
        ? chunk.subarray(-ISIZE_LENGTH)
        : Buffer.concat([this.#tail, chunk]).subarray(-ISIZE_LENGTH)
    if (this.#stream !== undefined) return this.#push(this.#stream, chunk)
    this.#held.push(chunk)
    if (this.#packed > HELD_SIZE) return this.#startStream()
  }

  async end(): Promise<void> {
    if (this.#problem !== undefined) throw this.#problem
    if (this.#stream === undefined && !this.#unpackHeld()) await this.#startStream()
    if (this.#stream !== undefined) await this.#finish(this.#stream)
    if (Buffer.from(this.#tail).readUInt32LE() !== this.#unpacked) {
      throw new MalformedArchive('something follows its gzip data')
    }
  }

  /** Frees what an unfinished stream holds. */
  abort(): void {
    this.#problem ??= new MalformedArchive('it was not sent completely')
    this.#held = []
    this.#stream?.destroy()
  }

  /** @returns false if the result is too large to unpack in one call. */
  #unpackHeld(): boolean {
    const packed = Buffer.concat(this.#held)
    let unpacked: Unpacked
    try {
      unpacked = unpackAtOnce(packed)
    } catch (error) {
      if (hasCode(error, 'ERR_BUFFER_TOO_LARGE')) return false
      throw gzipProblem(error)
    }
    if (unpacked.consumed !== packed.length) {
      throw new MalformedArchive('something follows its gzip data')
    }
    this.#pass(unpacked.bytes)
    return true
  }

  #startStream(): Promise<void> {
    const stream = createGunzip({ chunkSize: OUTPUT_CHUNK })
    this.#stream = stream
    stream.on('error', (error) => {
      this.#problem ??= gzipProblem(error)
    })
    // What is thrown in here would escape as an uncaught exception: kept for the pending write instead.
    stream.on('data', (bytes: Buffer) => {
      if (this.#problem !== undefined) return
      try {
        this.#pass(bytes)
      } catch (error) {
        this.#problem = error
        stream.destroy()
      }
    })
    const held = Buffer.concat(this.#held)
    this.#held = []
    return this.#push(stream, held)
  }

  #push(stream: Gunzip, chunk: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = () => (this.#problem === undefined ? resolve() : reject(this.#problem))
      if (this.#problem !== undefined) return settle()
      // An error or a destroyed stream calls back too, some only by closing.
      stream.once('close', settle)
      stream.write(chunk, () => {
        stream.off('close', settle)
        settle()
      })
    })
  }

  async #finish(stream: Gunzip): Promise<void> {
    await new Promise<void>((resolve) => {
      stream.once('close', resolve)
      stream.end()
    })
    if (this.#problem !== undefined) throw this.#problem
    if (stream.bytesWritten !== this.#packed) {
      throw new MalformedArchive('something follows its gzip data')
    }
  }

  #pass(bytes: Buffer): void {
    this.#unpacked += bytes.length
    checkRatio(this.#unpacked, this.#packed)
    if (this.#unpacked > MAX_UNPACKED_SIZE) {
      throw new MalformedArchive('it unpacks to more than 1 GiB')
    }
    this.#onBytes(bytes)
  }
}

interface Unpacked {
  readonly bytes: Buffer
  readonly consumed: number
}

function unpackAtOnce(packed: Buffer): Unpacked {
  // With `info`, the answer is `{ buffer, engine }`, which @types/node does not say.
  const answer: unknown = gunzipSync(packed, { info: true, maxOutputLength: HELD_UNPACKED_SIZE })
  if (isInfo(answer)) return { bytes: answer.buffer, consumed: answer.engine.bytesWritten }
  throw new TypeError('gunzipSync gave no info')
}

function isInfo(answer: unknown): answer is { buffer: Buffer; engine: { bytesWritten: number } } {
  return typeof answer === 'object' && answer !== null && 'buffer' in answer && 'engine' in answer
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function gzipProblem(error: unknown): MalformedArchive {
  const cutShort = hasCode(error, 'Z_BUF_ERROR')
  return new MalformedArchive(cutShort ? 'its gzip data is cut short' : 'its gzip data is damaged')
}
