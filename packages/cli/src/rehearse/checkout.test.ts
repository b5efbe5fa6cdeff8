import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkOut } from './checkout.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trustpub-checkout-'))
  await writeFile(join(directory, 'a.txt'), 'a')
})

afterEach(() => rm(directory, { recursive: true, force: true }))

const described = () =>
  execFileSync('git', ['-C', directory, 'describe', '--tags', '--dirty'], {
    encoding: 'utf8',
  }).trim()

describe('checkOut', () => {
  it('puts the tag of the run on the one commit', async () => {
    await checkOut(directory, 'refs/tags/v1.2.3', process.env)
    expect(described()).toBe('v1.2.3')
  })

  it('takes what has changed since into the commit, and what is new not', async () => {
    await checkOut(directory, 'refs/tags/v1.2.3', process.env)
    await writeFile(join(directory, 'a.txt'), 'changed')
    await writeFile(join(directory, 'built.txt'), 'built')
    await checkOut(directory, 'refs/tags/v1.2.3', process.env)
    expect(described()).toBe('v1.2.3')
    const tracked = execFileSync('git', ['-C', directory, 'ls-files'], { encoding: 'utf8' })
    expect(tracked).toBe('a.txt\n')
  })

  it('does nothing where there is no git', async () => {
    await expect(checkOut(directory, 'refs/tags/v1', { PATH: directory })).resolves.toBeUndefined()
  })
})
