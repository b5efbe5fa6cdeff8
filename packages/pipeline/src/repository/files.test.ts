import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileReader, leadsOut, textReader } from './files.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'trustpub-files-'))
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

const read = (file: string) => fileReader(root, new Map())(file)
const readAtOnce = (file: string) => textReader(root, new Map())(file)

describe('the files of a repository', () => {
  it('are read through links within it', async () => {
    writeFileSync(join(root, 'a'), 'text')
    symlinkSync('a', join(root, 'b'))
    expect(await read('b')).toBe('text')
    expect(readAtOnce('b')).toBe('text')
    expect(leadsOut(root, 'b')).toBe(false)
  })

  it.each(['/dev/zero', '/etc/passwd', '/'])(
    'are not read through a link to %s',
    async (target) => {
      symlinkSync(target, join(root, 'a'))
      expect(await read('a')).toBeUndefined()
      expect(readAtOnce('a')).toBeUndefined()
      expect(leadsOut(root, 'a')).toBe(true)
    },
  )

  it('are not waited for where one is a named pipe', async () => {
    execFileSync('mkfifo', [join(root, 'a')])
    expect(await read('a')).toBeUndefined()
    expect(readAtOnce('a')).toBeUndefined()
  })

  it('are refused, by their path from the root, where one is too large or leads to itself', async () => {
    writeFileSync(join(root, 'a'), '')
    truncateSync(join(root, 'a'), 64 * 1024 * 1024)
    symlinkSync('b', join(root, 'b'))
    await expect(read('a')).rejects.toMatchObject({ message: expect.stringMatching(/^a .*64 MB/) })
    await expect(read('b')).rejects.toMatchObject({ place: { file: 'b' } })
    expect(readAtOnce('a')).toBeUndefined()
  })

  it.each(['latin1', 'utf16le'] as const)('are refused in the encoding %s', async (encoding) => {
    writeFileSync(join(root, 'a'), 'name: Veröffentlichen', encoding)
    await expect(read('a')).rejects.toMatchObject({
      message: expect.stringMatching(/^a .*it is not UTF-8/),
    })
  })

  it('are absent, with no reason to complain, where there are none', async () => {
    symlinkSync('nowhere', join(root, 'a'))
    expect(await read('a')).toBeUndefined()
    expect(await read('none/at/all')).toBeUndefined()
    expect(leadsOut(root, 'a')).toBe(false)
  })
})
