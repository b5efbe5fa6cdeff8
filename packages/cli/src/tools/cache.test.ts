import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { cached } from './cache.ts'

let folder: string
let before: string | undefined

beforeEach(async () => {
  before = process.env.TRUSTPUB_CACHE
  folder = await mkdtemp(join(tmpdir(), 'trustpub-cache-'))
  process.env.TRUSTPUB_CACHE = folder
})

afterEach(async () => {
  if (before === undefined) delete process.env.TRUSTPUB_CACHE
  else process.env.TRUSTPUB_CACHE = before
  await rm(folder, { recursive: true, force: true })
})

it('fills a folder once', async () => {
  let fills = 0
  const fill = async (filling: string) => {
    fills += 1
    await writeFile(join(filling, 'tool'), 'content')
  }
  const first = await cached('group/tool', fill)
  expect(await cached('group/tool', fill)).toBe(first)
  expect(fills).toBe(1)
  expect(await readFile(join(first, 'tool'), 'utf8')).toBe('content')
})

it('leaves nothing behind when filling fails, so that the next run tries again', async () => {
  const failing = cached('tool', async (filling) => {
    await writeFile(join(filling, 'half'), '')
    throw new Error('no network')
  })
  await expect(failing).rejects.toThrow('no network')
  expect(await readdir(folder)).toEqual([])
})

it('serves two that fill at once with one folder', async () => {
  const fill = (content: string) => async (filling: string) => {
    await writeFile(join(filling, 'tool'), content)
  }
  const [a, b] = await Promise.all([cached('tool', fill('a')), cached('tool', fill('b'))])
  expect(a).toBe(b)
  expect(await readdir(folder)).toEqual(['tool'])
})
