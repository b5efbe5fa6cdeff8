import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Base64Decoder } from './base64-decoder.ts'

/** Decodes the text in pieces of the given size; undefined if it is refused. */
function decode(text: string, size: number): Buffer | undefined {
  const decoder = new Base64Decoder()
  const bytes = Buffer.from(text)
  const decoded: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) {
    const part = decoder.decode(bytes.subarray(at, at + size))
    if (part === undefined) return undefined
    decoded.push(part)
  }
  return decoder.isComplete() ? Buffer.concat(decoded) : undefined
}

it('decodes what Node encodes, in pieces of any size, with slashes escaped or not', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 40 }), (bytes, size) => {
      const text = Buffer.from(bytes).toString('base64')
      expect(decode(text, size)).toEqual(Buffer.from(bytes))
      expect(decode(text.replaceAll('/', '\\/'), size)).toEqual(Buffer.from(bytes))
    }),
  )
})

it.each([
  ...['=', 'A', 'AA', 'AA=', 'A===', 'AAA', 'AAAA=', '====', 'AA==AAAA', 'AA=A', 'AAA=AAAA'],
  ...['AA-_', 'AA A', 'AA\n=', 'AAAA\n', 'ÄÄÄÄ', 'AA\u0000A'],
  ...['\\', 'AAA\\', '\\\\/A', 'AAAA\\n', 'AAA\\u0041'],
])('refuses %j, wherever the pieces end', (text) => {
  for (let size = 1; size <= 10; size++) expect(decode(text, size)).toBeUndefined()
})
