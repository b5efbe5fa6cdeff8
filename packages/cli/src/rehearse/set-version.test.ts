import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { setVersion } from './set-version.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trustpub-version-'))
  await writeFile(join(directory, 'package.json'), '{"name":"a","version":"0.0.0"}')
})

afterEach(() => rm(directory, { recursive: true, force: true }))

const version = async () =>
  (JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as { version: string })
    .version

describe('setVersion', () => {
  it.each([
    ['refs/tags/v1.2.3', '1.2.3'],
    ['refs/tags/@acme/a@2.0.0-beta.1', '2.0.0-beta.1'],
  ])('takes the version out of %s', async (ref, expected) => {
    const notes = await setVersion([directory], ref)
    expect(await version()).toBe(expected)
    expect(notes.join()).toContain(expected)
  })

  it('leaves the version alone without a tag, and says so', async () => {
    const notes = await setVersion([directory], 'refs/heads/main')
    expect(await version()).toBe('0.0.0')
    expect(notes.join()).toContain('no tag')
  })
})
