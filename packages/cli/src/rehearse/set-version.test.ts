import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Package } from '@trustpub/pipeline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { setVersion } from './set-version.ts'

let directory: string

const NODE: Package = {
  ecosystem: 'npm',
  name: 'a',
  version: '0.0.0',
  directory: '.',
  private: false,
}
const PYTHON: Package = { ...NODE, ecosystem: 'pypi' }

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
    const notes = await setVersion(directory, [NODE], ref)
    expect(await version()).toBe(expected)
    expect(notes.join()).toContain(expected)
  })

  it('puts one in the place of 0.0.0 without a tag, and says so', async () => {
    const notes = await setVersion(directory, [NODE], 'refs/heads/main')
    expect(await version()).toBe('1.0.0')
    expect(notes.join()).toContain('played as 1.0.0')
  })

  it('leaves a version that is meant alone without a tag, and says so', async () => {
    const notes = await setVersion(directory, [{ ...NODE, version: '4.5.6' }], 'refs/heads/main')
    expect(await version()).toBe('0.0.0')
    expect(notes.join()).toContain('no tag')
  })

  it('sets that of a package which jsii makes where its npm package has it', async () => {
    const pkg = { ...PYTHON, jsii: { module: 'a' } }
    await setVersion(directory, [pkg], 'refs/tags/v1.2.3')
    expect(await version()).toBe('1.2.3')
  })

  it.each(['project', 'tool.poetry'])('sets the version of [%s] and no other', async (table) => {
    const toml = (own: string) =>
      `[tool.x]\nversion = "9"\n\n[${table}]\nclassifiers = [\n  "a",\n]\nversion = "${own}" # ours\n[[tool.poetry.source]]\nversion = '8'\n`
    await writeFile(join(directory, 'pyproject.toml'), toml('0.0.0'))
    await setVersion(directory, [PYTHON], 'refs/tags/v1.2.3')
    expect(await readFile(join(directory, 'pyproject.toml'), 'utf8')).toBe(toml('1.2.3'))
  })
})
