import { attestationsTooLarge, InvalidUpload } from '../invalid-upload.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Bytes looked at in one go, so that a huge chunk is not copied whole. */
export const SLICE: number = 64 * 1024

/** Far deeper than manifests are; bounds the recursion of whatever writes the document again. */
const MAX_DEPTH = 128

/** The tarball and its Sigstore bundle. */
const MAX_ATTACHMENTS = 2

/**
 * Follows a publish document's JSON text byte by byte, keeps the text, and stops at the strings that are the
 * tarballs: `_attachments.<file>.data`, where `<file>` does not end in `.sigstore`. Kept text has `""` there.
 * It tells strings, nesting and keys apart and leaves every other rule of JSON to JSON.parse.
 */
export class PublishScanner {
  readonly #limit: number
  readonly #files = new Set<string>()
  #text = Buffer.alloc(0)
  #length = 0
  #depth = 0
  /** How many levels of the path root → _attachments → file enclose this place. */
  #matched = 0
  /** What the value that comes next is, if it is one that matters. */
  #next: 'level' | 'data' | undefined = 'level'
  #inString = false
  #escaped = false
  #stringStart = 0
  #stringEnd = 0
  #attachmentsSeen = false
  #dataSeen = false
  #file = ''

  /** @param limit - Bytes of text to keep at most. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** The file whose data string begins or goes on here; it ends before the next quote. */
  get streaming(): string | undefined {
    return this.#next === 'data' && this.#inString ? this.#file : undefined
  }

  /** To be called when the data string has been taken, before its closing quote is scanned. */
  endData(): void {
    this.#next = undefined
  }

  /** Scans a part of the chunk from `at` on, stopping within a data string. @returns where to go on. */
  scan(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + SLICE)
    const start = this.#length
    this.#makeRoom(start + end - at)
    chunk.copy(this.#text, start, at, end)
    this.#length = this.#walk(start, start + end - at)
    if (this.#length > this.#limit) {
      // All the same file until the next one begins.
      if (this.#file.endsWith('.sigstore') && this.#dataSeen) {
        throw attestationsTooLarge(`${this.#limit} bytes`)
      }
      throw new InvalidUpload(
        'too_large',
        `The publish document without its tarball is larger than ${this.#limit} bytes; shorten the readme or the package.json.`,
      )
    }
    return at + this.#length - start
  }

  /** The kept text, in UTF-8. */
  text(): Buffer {
    return this.#text.subarray(0, this.#length)
  }

  #makeRoom(length: number): void {
    if (length <= this.#text.length) return
    const larger = Buffer.allocUnsafe(Math.max(length, this.#text.length * 2))
    this.#text.copy(larger, 0, 0, this.#length)
    this.#text = larger
  }

  #walk(start: number, end: number): number {
    const text = this.#text
    let at = start
    while (at < end) {
      if (this.#inString) at = this.#skipString(at, end)
      else {
        const byte = text[at]
        at += 1
        if (byte === QUOTE && this.#beginString(at)) return at
        if (byte === 0x7b || byte === 0x5b) this.#open(byte === 0x7b)
        else if (byte === 0x7d || byte === 0x5d) this.#close()
        else if (byte === 0x3a) this.#colon()
        else if (byte === 0x2c) this.#next = undefined
      }
    }
    return at
  }

  /** @returns true if the string is one to be streamed. */
  #beginString(at: number): boolean {
    this.#inString = true
    this.#stringStart = at
    if (this.#next === 'data') return true
    this.#next = undefined
    return false
  }

  #skipString(start: number, end: number): number {
    const text = this.#text
    let at = start
    if (this.#escaped) {
      this.#escaped = false
      at += 1
    }
    while (at < end) {
      const byte = text[at]
      at += 1
      if (byte === QUOTE) {
        this.#inString = false
        this.#stringEnd = at - 1
        return at
      }
      if (byte === BACKSLASH) at += 1
    }
    this.#escaped = at > end
    return end
  }

  #open(isObject: boolean): void {
    this.#depth += 1
    if (this.#depth > MAX_DEPTH) throw malformed(`is nested deeper than ${MAX_DEPTH} levels`)
    if (isObject && this.#next === 'level') this.#matched += 1
    this.#next = undefined
  }

  #close(): void {
    this.#depth -= 1
    if (this.#depth < this.#matched) this.#matched = this.#depth
    if (this.#depth < 0) throw malformed('is not valid JSON')
    this.#next = undefined
  }

  #colon(): void {
    this.#next = undefined
    if (this.#depth !== this.#matched) return
    if (this.#depth === 1 && this.#key() === '_attachments') this.#beginAttachments()
    else if (this.#depth === 2) this.#beginFile(this.#key())
    else if (this.#depth === 3 && this.#key() === 'data') this.#beginData()
  }

  #key(): string {
    const raw = this.#text.toString('utf8', this.#stringStart, this.#stringEnd)
    if (!raw.includes('\\')) return raw
    try {
      return String(JSON.parse(`"${raw}"`))
    } catch {
      throw malformed('is not valid JSON')
    }
  }

  #beginAttachments(): void {
    if (this.#attachmentsSeen) throw malformed('has _attachments twice')
    this.#attachmentsSeen = true
    this.#next = 'level'
  }

  #beginFile(file: string): void {
    if (this.#files.has(file)) throw malformed('has two attachments of the same name')
    this.#files.add(file)
    if (this.#files.size > MAX_ATTACHMENTS) {
      throw malformed('has more than a tarball and a Sigstore bundle attached')
    }
    this.#file = file
    this.#dataSeen = false
    this.#next = 'level'
  }

  #beginData(): void {
    if (this.#dataSeen) throw malformed('has an attachment with two data')
    this.#dataSeen = true
    if (!this.#file.endsWith('.sigstore')) this.#next = 'data'
  }
}

/** A refusal of the publish document; the problem completes "The publish document …". */
export function malformed(problem: string): InvalidUpload {
  return new InvalidUpload('publish_malformed', `The publish document ${problem}.`)
}
