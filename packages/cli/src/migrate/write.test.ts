import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeFiles } from './write.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trustpub-write-'))
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

const text = (file: string) => readFileSync(join(directory, file), 'utf8')

it('changes, makes and removes files, and leaves nothing else behind', async () => {
  writeFileSync(join(directory, 'a'), 'old')
  writeFileSync(join(directory, 'gone'), 'old')
  await writeFiles(directory, [
    { file: 'a', before: 'old', after: 'new' },
    { file: 'b', before: undefined, after: 'made' },
    { file: 'gone', before: 'old', after: undefined },
  ])
  expect(readdirSync(directory).toSorted()).toEqual(['a', 'b'])
  expect([text('a'), text('b')]).toEqual(['new', 'made'])
})

it('keeps the mode of a script', async () => {
  writeFileSync(join(directory, 'publish.sh'), 'old')
  chmodSync(join(directory, 'publish.sh'), 0o755)
  await writeFiles(directory, [{ file: 'publish.sh', before: 'old', after: 'new' }])
  expect(statSync(join(directory, 'publish.sh')).mode & 0o777).toBe(0o755)
})

it('changes what a link leads to, and leaves the link', async () => {
  writeFileSync(join(directory, 'a'), 'old')
  symlinkSync('a', join(directory, 'link'))
  await writeFiles(directory, [{ file: 'link', before: 'old', after: 'new' }])
  expect(lstatSync(join(directory, 'link')).isSymbolicLink()).toBe(true)
  expect(text('a')).toBe('new')
})

it.each([
  ['a file', 'record', 'record'],
  ['a folder', 'ci', 'ci/release.yml'],
])('refuses a link to %s outside, and changes nothing', async (_, link, file) => {
  const outside = mkdtempSync(join(tmpdir(), 'trustpub-outside-'))
  writeFileSync(join(outside, 'record'), 'theirs')
  writeFileSync(join(directory, 'a'), 'old')
  symlinkSync(link === file ? join(outside, 'record') : outside, join(directory, link))
  const writing = writeFiles(directory, [
    { file: 'a', before: 'old', after: 'new' },
    { file, before: undefined, after: 'x' },
  ])
  await expect(writing).rejects.toMatchObject({ code: 'file_outside' })
  expect(text('a')).toBe('old')
  expect(readdirSync(outside)).toEqual(['record'])
  expect(readFileSync(join(outside, 'record'), 'utf8')).toBe('theirs')
  rmSync(outside, { recursive: true })
})

it('changes no file if one of them cannot be written', async () => {
  writeFileSync(join(directory, 'a'), 'old')
  const writing = writeFiles(directory, [
    { file: 'a', before: 'old', after: 'new' },
    { file: 'no/such/folder', before: undefined, after: 'x' },
  ])
  await expect(writing).rejects.toThrow('no/such/folder cannot be written (ENOENT); nothing is')
  expect(readdirSync(directory)).toEqual(['a'])
  expect(text('a')).toBe('old')
})

it('refuses a file whose place is taken by a folder, and changes no other', async () => {
  mkdirSync(join(directory, 'b'))
  writeFileSync(join(directory, 'b', 'inside'), '')
  const writing = writeFiles(directory, [{ file: 'b', before: undefined, after: 'x' }])
  await expect(writing).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/)
  expect(readdirSync(directory)).toEqual(['b'])
})
