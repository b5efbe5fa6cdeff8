const BACKSLASH = 0x5c
const EMPTY = Buffer.alloc(0)

/**
 * Decodes base64 (RFC 4648 section 4, padded) that arrives as pieces of a JSON string, in which `/` may be
 * written `\/`. Answers undefined for anything else.
 */
export class Base64Decoder {
  #carry = ''
  #escaped = false
  #padded = false

  /** Decodes what is complete; the bytes are the caller's to keep. */
  decode(piece: Buffer): Buffer | undefined {
    const text = this.#unescape(piece)
    if (text === undefined || (this.#padded && text !== '')) return undefined
    // Node's decoder takes base64url as well and skips what is neither, which the length below shows.
    if (text.includes('-') || text.includes('_')) return undefined
    const length = this.#carry.length + text.length
    const usable = length - (length % 4)
    if (usable === 0) {
      this.#carry += text
      return EMPTY
    }
    return this.#decodeQuanta(text, usable)
  }

  /** Whether the text could end here. */
  isComplete(): boolean {
    return this.#carry === '' && !this.#escaped
  }

  #decodeQuanta(text: string, usable: number): Buffer | undefined {
    const carry = this.#carry
    const head = carry === '' ? 0 : 4 - carry.length
    const end = usable - carry.length
    const last = end < 4 ? carry + text.slice(0, end) : text.slice(end - 4, end)
    const padding = last.endsWith('==') ? 2 : last.endsWith('=') ? 1 : 0

    const out = Buffer.allocUnsafe((usable / 4) * 3)
    let written = head === 0 ? 0 : out.write(carry + text.slice(0, head), 'base64')
    written += out.write(text.slice(head, end), written, 'base64')
    if (written !== out.length - padding) return undefined

    this.#carry = text.slice(end)
    this.#padded = padding > 0
    return this.#padded && this.#carry !== '' ? undefined : out.subarray(0, written)
  }

  /** @returns undefined if there is an escape other than `\/`. */
  #unescape(piece: Buffer): string | undefined {
    let text = piece.toString('latin1')
    if (!this.#escaped && !piece.includes(BACKSLASH)) return text
    if (this.#escaped) text = `\\${text}`
    text = text.replaceAll('\\/', '/')
    this.#escaped = text.endsWith('\\')
    if (this.#escaped) text = text.slice(0, -1)
    return text.includes('\\') ? undefined : text
  }
}
