import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCertificate, utf8Text } from './certificate.ts'

/** DER of a UTF8String, X.690 section 8.1.3. */
function der(text: string): Buffer {
  const bytes = Buffer.from(text)
  const size = bytes.length
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([0x0c, ...length]), bytes])
}

describe('utf8Text', () => {
  it('reads every text that was written', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 400 })
    fc.assert(fc.property(text, (each) => utf8Text(der(each)) === each))
  })

  it.each([
    ['nothing', ''],
    ['another kind of string', '1301 61'],
    ['a length that is missing', '0c'],
    ['a text that is cut off', '0c03 6161'],
    ['something after the text', '0c01 6161'],
    ['a length of three bytes', '0c83 000001 61'],
    ['bytes that are no UTF-8', '0c02 c328'],
  ])('reads %s as no text', (_, hex) => {
    expect(utf8Text(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toBe('')
  })
})

describe('readCertificate', () => {
  it('refuses what is no certificate', async () => {
    for (const hex of ['', '3000', '30820101', 'ff'.repeat(100)]) {
      const read = readCertificate(Buffer.from(hex, 'hex'))
      await expect(read).rejects.toMatchObject({ code: 'certificate_malformed' })
    }
  })
})
