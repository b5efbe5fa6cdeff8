import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../testing.ts'
import { writeTar, writeZip } from '../testing-files.ts'
import { tarFiles } from './tar-reader.ts'
import { readFromZip } from './zip.ts'

async function contents(path: string): Promise<Record<string, string | undefined>> {
  const found: Record<string, string | undefined> = {}
  for await (const file of tarFiles(path, () => true)) found[file.path] = file.bytes?.toString()
  return found
}

const segment = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 60 })
  .filter((text) => !/[\0/\n]/.test(text) && !['.', '..', '__proto__'].includes(text))
const path = fc.array(segment, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'))

describe('a tarball', () => {
  it('is read as it was written, whatever its paths and sizes', async () => {
    const folder = temporaryFolder()
    await fc.assert(
      fc.asyncProperty(fc.dictionary(path, fc.string({ maxLength: 1100 })), async (files) => {
        expect(await contents(writeTar(folder, 'x.tgz', files))).toEqual({ ...files })
      }),
      { numRuns: 50 },
    )
  })

  it('gives only the contents that are asked for', async () => {
    const file = writeTar(temporaryFolder(), 'x.tgz', { a: 'one', b: 'two' })
    const found: [string, boolean][] = []
    for await (const entry of tarFiles(file, (name) => name === 'b')) {
      found.push([entry.path, entry.bytes !== undefined])
    }
    expect(found).toEqual([
      ['a', false],
      ['b', true],
    ])
  })

  it.each<[string, (bytes: Buffer) => Buffer, string]>([
    ['is no gzip', () => Buffer.from('text that is no archive'), 'header'],
    ['holds no tar', () => gzipSync(Buffer.alloc(1024, 'x')), 'no tar archive'],
    ['ends early', (bytes) => bytes.subarray(0, bytes.length - 20), 'unexpected end'],
  ])('that %s is refused', async (_, change, reason) => {
    const file = writeTar(temporaryFolder(), 'x.tgz', { a: 'x'.repeat(2000) })
    writeFileSync(file, change(readFileSync(file)))
    await expect(contents(file)).rejects.toThrow(reason)
  })
})

describe('a zip archive', () => {
  it('gives the one file that is wanted', async () => {
    const file = writeZip(temporaryFolder(), 'x.whl', { a: 'one', 'x/b': 'two'.repeat(500) })
    expect(String(await readFromZip(file, (name) => name === 'x/b'))).toBe('two'.repeat(500))
    expect(await readFromZip(file, (name) => name === 'c')).toBeUndefined()
  })

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['is empty', () => Buffer.alloc(0)],
    ['is text', () => Buffer.from('text that is no archive, long enough')],
    ['ends early', (bytes) => bytes.subarray(0, bytes.length - 30)],
    ['lost its beginning', (bytes) => bytes.subarray(40)],
  ])('that %s is refused', async (_, change) => {
    const folder = temporaryFolder()
    const file = writeZip(folder, 'x.whl', { a: 'one', b: 'two' })
    const broken = join(folder, 'broken.whl')
    writeFileSync(broken, change(readFileSync(file)))
    await expect(readFromZip(broken, () => true)).rejects.toThrow(/archive|damaged|cut short/)
  })
})
