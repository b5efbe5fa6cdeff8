import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Files, manifestsIn, withRepository } from './repository.test.util.ts'
import { parseRemote, readRepository } from './repository.ts'

const COMMIT = '0123456789abcdef0123456789abcdef01234567'

const read = (files: Files) =>
  withRepository(files, async (root) => readRepository(root, await manifestsIn(root)))

const origin = (url: string) => `[core]\n\tbare = false\n[remote "origin"]\n\turl = ${url}\n`

describe('parseRemote', () => {
  it.each([
    ['https://github.com/acme/widget.git', 'github.com', 'acme/widget'],
    ['https://github.com/acme/widget', 'github.com', 'acme/widget'],
    ['https://user:secret@github.com/acme/widget/', 'github.com', 'acme/widget'],
    ['git+https://github.com/acme/widget.git#main', 'github.com', 'acme/widget'],
    ['git@github.com:acme/widget.git', 'github.com', 'acme/widget'],
    ['ssh://git@gitlab.example.com:2222/group/sub/app.git', 'gitlab.example.com', 'group/sub/app'],
    ['git://GitHub.com/acme/widget', 'github.com', 'acme/widget'],
    ['https://github.com/acme/widget/tree/main/packages/a', 'github.com', 'acme/widget'],
    ['acme/widget', 'github.com', 'acme/widget'],
    ['github:acme/widget', 'github.com', 'acme/widget'],
    ['gitlab:group/sub/app', 'gitlab.com', 'group/sub/app'],
  ])('reads %j', (url, host, path) => {
    expect(parseRemote(url)).toEqual({ host, path })
  })

  it.each([
    '',
    '/srv/git/widget.git',
    '../widget',
    'https://github.com',
    'widget',
    'file:///srv/x/y',
    'https://github.com/acme/..git',
    'https://github.com/acme/$NAME',
    'git@gitlab.com:acme/../widget.git',
  ])('names no repository for %j', (url) => {
    expect(parseRemote(url)).toBeUndefined()
  })

  it('never hands on a password', () => {
    const word = fc.stringMatching(/^[a-z0-9]{8,20}$/)
    fc.assert(
      fc.property(word, word, (user, password) => {
        const remote = parseRemote(`https://${user}:${password}@github.com/acme/widget`)
        expect(remote).toEqual({ host: 'github.com', path: 'acme/widget' })
      }),
    )
  })

  it('takes any text without throwing', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseRemote(text)))
  })
})

describe('readRepository', () => {
  it('reads origin, its default branch and the commit from git', async () => {
    const repository = await read({
      '.git/HEAD': 'ref: refs/heads/fix/x\n',
      '.git/config': origin('git@github.com:acme/widget.git'),
      '.git/refs/remotes/origin/HEAD': 'ref: refs/remotes/origin/trunk\n',
      '.git/refs/heads/fix/x': `${COMMIT}\n`,
      'package.json': '{"repository":"other/name"}',
    })
    const at = { host: 'github.com', path: 'acme/widget' }
    expect(repository).toEqual({ ...at, remotes: [at], defaultBranch: 'trunk', commit: COMMIT })
  })

  it('finds a packed ref, and takes the branch of HEAD where origin names none', async () => {
    const repository = await read({
      '.git/HEAD': 'ref: refs/heads/master\n',
      '.git/config': '[core]\n',
      '.git/packed-refs': `# pack-refs with: peeled\n${COMMIT} refs/heads/master\n`,
    })
    expect(repository).toEqual({ defaultBranch: 'master', commit: COMMIT })
  })

  it('reads a detached HEAD', async () => {
    const repository = await read({ '.git/HEAD': `${COMMIT}\n`, '.git/config': '' })
    expect(repository).toEqual({ defaultBranch: 'main', commit: COMMIT })
  })

  it('knows the other remotes, origin first', async () => {
    const repository = await read({
      '.git/HEAD': 'ref: refs/heads/main\n',
      '.git/config': `[remote "upstream"]\n\turl = https://github.com/acme/widget.git\n${origin('git@github.com:bob/widget.git')}`,
    })
    expect(repository.path).toBe('bob/widget')
    expect(repository.remotes?.map(({ path }) => path)).toEqual(['bob/widget', 'acme/widget'])
  })

  it('follows a worktree to the configuration it shares', async () => {
    const repository = await withRepository(
      {
        'main/.git/config': origin('https://gitlab.com/group/sub/app.git'),
        'main/.git/refs/heads/topic': COMMIT,
        'main/.git/worktrees/tree/HEAD': 'ref: refs/heads/topic\n',
        'main/.git/worktrees/tree/commondir': '../..\n',
      },
      async (root) => {
        await mkdir(join(root, 'tree'))
        await writeFile(join(root, 'tree/.git'), `gitdir: ${root}/main/.git/worktrees/tree\n`)
        return readRepository(join(root, 'tree'), { npm: [], python: [], unknowns: [] })
      },
    )
    const at = { host: 'gitlab.com', path: 'group/sub/app' }
    expect(repository).toEqual({ ...at, remotes: [at], defaultBranch: 'topic', commit: COMMIT })
  })

  it.each<[string, Files]>([
    ['text', { 'package.json': '{"repository":"acme/widget"}' }],
    [
      'an object',
      { 'package.json': '{"repository":{"url":"git+https://github.com/acme/widget.git"}}' },
    ],
    [
      'project.urls',
      {
        'pyproject.toml':
          '[project]\nname="w"\n[project.urls]\n"Source Code"="https://github.com/acme/widget"\n',
      },
    ],
  ])('falls back to the manifest: %s', async (_, files) => {
    const at = { host: 'github.com', path: 'acme/widget' }
    expect(await read(files)).toEqual({ ...at, defaultBranch: 'main' })
  })

  const manifest = (repository?: string) => JSON.stringify({ name: 'w', repository })

  it.each<[string, Files, string | undefined]>([
    [
      'all members, where the root names none',
      {
        'package.json': manifest(),
        'packages/one/package.json': manifest('acme/widget'),
        'packages/two/package.json': manifest('https://github.com/acme/widget.git'),
        'packages/new/package.json': manifest(),
      },
      'acme/widget',
    ],
    [
      'nothing, where members name different ones',
      {
        'package.json': manifest(),
        'packages/one/package.json': manifest('acme/widget'),
        'packages/two/package.json': manifest('acme/gadget'),
      },
      undefined,
    ],
    [
      'the root, whatever a member says',
      {
        'package.json': manifest('acme/widget'),
        'packages/two/package.json': manifest('acme/gadget'),
      },
      'acme/widget',
    ],
  ])('takes what is said by %s', async (_, files, path) => {
    expect((await read(files)).path).toBe(path)
  })
})
