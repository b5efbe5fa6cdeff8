import fc from 'fast-check'
import { expect, it } from 'vitest'
import { InvalidUpload } from '../invalid-upload.ts'
import { parseCoreMetadata } from './core-metadata.ts'
import { refusalOf } from './testing.ts'

const HEAD = 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n'
const parse = (text: string) => parseCoreMetadata(Buffer.from(text))

it('reads fields, repeated fields, continued fields and the body', () => {
  const found = parse(
    `${HEAD}Classifier: A\nClassifier: B\nLicense: MIT\n        second line\n\nName: not a field\n`,
  )
  expect(found.fields.get('classifier')).toEqual(['A', 'B'])
  expect(found.fields.get('license')).toEqual(['MIT\n        second line'])
  expect(found.body).toBe('Name: not a field\n')
  expect(found.requiresPython).toBeUndefined()
})

it('reads any case of field names, CRLF lines, and a header without an end', () => {
  const found = parse('METADATA-VERSION: 2.1\r\nname: demo\r\nversion: 1.0\r\nRequires-Python: >=3')
  expect(found).toMatchObject({ requiresPython: '>=3', body: '', name: { normalised: 'demo' } })
})

it.each([
  ['', 'has no metadata-version'],
  [' x\n', 'begins with an indented line'],
  ['Name demo\n', 'not "Name: value"'],
  [`${HEAD}Summary: x\rName: other\n`, 'carriage return within a line'],
  [`${HEAD}License: x\n  y\rName: other\n`, 'carriage return within a line'],
  [`${HEAD}Version: 2.0\n`, 'gives version more than once'],
  [HEAD.replace('2.1', 'two'), 'malformed Metadata-Version'],
  [`${HEAD}${'Requires-Dist: x\n'.repeat(20_001)}`, 'more than 20000 header lines'],
  ['x'.repeat(2 * 1024 * 1024 + 1), 'larger than 2097152 bytes'],
])('refuses a header (case %#)', async (text, reason) => {
  expect(await refusalOf(() => parse(text))).toEqual({
    code: 'distribution_invalid',
    message: expect.stringContaining(reason),
  })
})

it('reads a line of very many blanks in no time', () => {
  const blanks = '\t'.repeat(100_000)
  const started = performance.now()
  expect(parse(`${HEAD}Summary:${blanks}\u2028x\n`).fields.get('summary')).toEqual(['x'])
  // Trying again from each blank took seconds.
  expect(performance.now() - started).toBeLessThan(500)
})

it('refuses names, versions and bytes that are not allowed', async () => {
  const code = async (bytes: Buffer) => (await refusalOf(() => parseCoreMetadata(bytes))).code
  expect(await code(Buffer.from(HEAD.replace('demo', 'de mo')))).toBe('name_invalid')
  expect(await code(Buffer.from(HEAD.replace('1.0', 'latest')))).toBe('version_invalid')
  expect(await code(Buffer.from([...Buffer.from(HEAD), 0xff]))).toBe('distribution_invalid')
})

it('throws nothing but InvalidUpload', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, headed) => {
      try {
        parseCoreMetadata(headed ? Buffer.concat([Buffer.from(HEAD), bytes]) : bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidUpload)
      }
    }),
  )
})
