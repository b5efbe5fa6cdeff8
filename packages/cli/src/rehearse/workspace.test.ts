import { execFileSync } from 'node:child_process'
import {
  access,
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { copyRepository } from './workspace.ts'

let repository: string

beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), 'trustpub-repository-'))
})

afterEach(() => rm(repository, { recursive: true, force: true }))

async function write(file: string, content: string): Promise<void> {
  await mkdir(join(repository, file, '..'), { recursive: true })
  await writeFile(join(repository, file), content)
}

/** Reads files of the copy; undefined for those that are not there. */
async function copied(...files: string[]): Promise<(string | undefined)[]> {
  const workspace = await copyRepository(repository)
  const read = (file: string) =>
    readFile(join(workspace.directory, file), 'utf8').catch(() => undefined)
  const contents = await Promise.all(files.map(read))
  await workspace.remove()
  await expect(access(workspace.directory)).rejects.toThrow()
  return contents
}

describe('copyRepository', () => {
  it('removes stored credentials from the copy and leaves the repository alone', async () => {
    const npmrc = '//registry.npmjs.org/:_authToken=npm_secret\nsave-exact=true\n'
    await write('packages/a/.npmrc', npmrc)
    await write('.yarnrc.yml', 'nodeLinker: node-modules\nnpmAuthToken: "secret"\n')
    await write('.pypirc', '[pypi]\nusername = __token__\npassword = pypi-secret\n')
    expect(await copied('packages/a/.npmrc', '.yarnrc.yml', '.pypirc')).toEqual([
      'save-exact=true\n',
      'nodeLinker: node-modules\n',
      '[pypi]\n',
    ])
    expect(await readFile(join(repository, 'packages/a/.npmrc'), 'utf8')).toBe(npmrc)
  })

  it('leaves out what a fresh checkout would not have', async () => {
    await write('a.txt', 'a')
    await write('node_modules/b/index.js', 'b')
    await write('dist/c.js', 'c')
    expect(await copied('a.txt', 'node_modules/b/index.js', 'dist/c.js')).toEqual([
      'a',
      undefined,
      undefined,
    ])
  })

  it('takes from a git repository what is tracked or new, and nothing that is ignored', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', repository, ...args], { stdio: 'ignore' })
    git('init')
    await write('.gitignore', 'secret.txt\n')
    await write('dist/tracked.js', 'tracked')
    await write('gone.txt', 'gone')
    git('add', '-A')
    await rm(join(repository, 'gone.txt'))
    await write('new.txt', 'new')
    await write('secret.txt', 'secret')
    expect(await copied('dist/tracked.js', 'new.txt', 'secret.txt', 'gone.txt')).toEqual([
      'tracked',
      'new',
      undefined,
      undefined,
    ])
  })

  it('leaves out what .gitignore names, also where there is no repository', async () => {
    await write('.gitignore', 'data/\n')
    await write('data/large.bin', 'large')
    await write('a.txt', 'a')
    expect(await copied('data/large.bin', 'a.txt')).toEqual([undefined, 'a'])
  })

  it('takes links as links, and none that stands in the place of stored credentials', async () => {
    await write('a.txt', 'a')
    await symlink('a.txt', join(repository, 'link.txt'))
    await symlink('/nowhere', join(repository, 'dangling'))
    await symlink('..', join(repository, 'loop'))
    await symlink(join(tmpdir(), 'elsewhere'), join(repository, '.npmrc'))
    const workspace = await copyRepository(repository)
    const links = ['link.txt', 'dangling', 'loop', '.npmrc'].map((name) =>
      readlink(join(workspace.directory, name)).catch(() => undefined),
    )
    expect(await Promise.all(links)).toEqual(['a.txt', '/nowhere', '..', undefined])
    await workspace.remove()
  })
})
