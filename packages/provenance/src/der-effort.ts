/**
 * The verifying library tries to read the inside of every octet string as elements too, and lets those reach beyond
 * it: 82 bytes made for the purpose kept it busy for eight seconds, and each four more double that. Genuine certificates
 * have less than 500 elements for it and, with random bytes in octet strings, are up to 100 deep. At these limits it
 * needs 50 ms.
 */
const MAX_ELEMENTS = 4000
const MAX_DEPTH = 200

const OCTET_STRING = 0x04
const CONSTRUCTED = 0x20

const MALFORMED = -1
const TOO_MUCH = -2

/** Whether the library will read this DER, or refuse it, with little effort. Goes the same way, but counts. */
export function readsQuickly(der: Uint8Array): boolean {
  let elements = 0
  /** Where the element ends. */
  const element = (at: number, depth: number): number => {
    elements += 1
    if (elements > MAX_ELEMENTS || depth > MAX_DEPTH) return TOO_MUCH
    const tag = der[at] ?? 0
    const [start, end] = content(der, at + 1)
    if (end === MALFORMED || !isReadable(tag)) return MALFORMED
    if ((tag & CONSTRUCTED) === 0 && tag !== OCTET_STRING) return end
    const inner = children(start, end, depth + 1)
    return inner === MALFORMED && tag === OCTET_STRING ? end : inner
  }
  const children = (start: number, end: number, depth: number): number => {
    let at = start
    while (at < end) {
      at = element(at, depth)
      if (at < 0) return at
    }
    return at === end ? end : MALFORMED
  }
  return element(0, 0) !== TOO_MUCH
}

/** Neither a tag of several bytes nor the reserved one. */
function isReadable(tag: number): boolean {
  return (tag & 0x1f) !== 0x1f && (tag & ~CONSTRUCTED) !== 0
}

/** Where the content begins and ends whose length is written here. */
function content(der: Uint8Array, at: number): readonly [start: number, end: number] {
  const first = der[at] ?? 0xff
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f
  const start = at + 1 + lengthBytes
  const written = der.subarray(at + 1, start)
  const size = first < 0x80 ? first : written.reduce((sum, byte) => sum * 256 + byte, 0)
  const wrong = lengthBytes > 6 || (first >= 0x80 && size === 0) || start + size > der.length
  return [start, wrong ? MALFORMED : start + size]
}
