import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findRepository, isGitlab, parseRepository, repositoryUrl } from './repository.ts'
import { git, temporaryFolder, writeFiles } from './testing.ts'

describe('parseRepository', () => {
  it.each([
    ['acme/widget', 'github.com', 'acme/widget'],
    ['github:acme/widget', 'github.com', 'acme/widget'],
    ['gitlab:acme/tools/widget', 'gitlab.com', 'acme/tools/widget'],
    ['https://github.com/acme/widget', 'github.com', 'acme/widget'],
    ['https://github.com/acme/widget.git', 'github.com', 'acme/widget'],
    ['https://github.com/acme/widget/', 'github.com', 'acme/widget'],
    ['git+https://github.com/acme/widget.git', 'github.com', 'acme/widget'],
    ['git://github.com/acme/widget.git', 'github.com', 'acme/widget'],
    ['git@github.com:acme/widget.git', 'github.com', 'acme/widget'],
    ['ssh://git@gitlab.acme.example:2222/a/b/c.git', 'gitlab.acme.example', 'a/b/c'],
    ['git+ssh://git@github.com/acme/widget.git', 'github.com', 'acme/widget'],
    ['https://user:secret@github.com/acme/widget.git', 'github.com', 'acme/widget'],
    ['acme/widget.js', 'github.com', 'acme/widget.js'],
  ])('reads %s', (text, host, path) => {
    expect(parseRepository(text)).toEqual({ host, path })
  })

  it.each([
    '',
    'widget',
    '/',
    'acme/',
    '/acme/widget',
    'https://github.com',
    'https://github.com/acme',
    'a b/c',
    'file:///srv/git/widget',
    '../widget',
    'acme/wid get',
    'acme/$(id)',
  ])('does not read %j', (text) => {
    expect(parseRepository(text)).toBeUndefined()
  })

  it('reads its own address back', () => {
    const part = fc.stringMatching(/^[A-Za-z0-9_][\w-]{0,8}$/)
    fc.assert(
      fc.property(fc.array(part, { minLength: 2, maxLength: 4 }), (parts) => {
        const repository = { host: 'gitlab.com', path: parts.join('/') }
        expect(parseRepository(`${repositoryUrl(repository)}.git`)).toEqual(repository)
      }),
    )
  })

  it('never yields what would mean something else in a file or a shell', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl()), (text) => {
        const found = parseRepository(text)
        if (found !== undefined)
          expect(repositoryUrl(found)).toMatch(/^https:\/\/[\w.-]+(?:\/[\w.~-]+)+$/)
      }),
    )
  })
})

describe('isGitlab', () => {
  it.each([
    ['gitlab.com', true],
    ['gitlab.acme.example', true],
    ['git.gitlab.acme.example', true],
    ['github.com', false],
    ['notgitlab.com', false],
  ])('tells of %s', (host, expected) => {
    expect(isGitlab({ host, path: 'a/b' })).toBe(expected)
  })
})

describe('findRepository', () => {
  it('takes origin, not another remote', () => {
    const folder = temporaryFolder()
    git(folder, 'init', '--quiet')
    git(folder, 'remote', 'add', 'fork', 'https://github.com/me/widget.git')
    expect(findRepository(undefined, folder)).toBeUndefined()
    git(folder, 'remote', 'add', 'origin', 'https://gitlab.com/acme/widget.git')
    expect(findRepository(undefined, folder)?.host).toBe('gitlab.com')
    expect(findRepository('acme/other', folder)?.path).toBe('acme/other')
  })

  it('works in a folder below and in a worktree', () => {
    const folder = temporaryFolder()
    const main = join(folder, 'main')
    mkdirSync(main)
    git(main, 'init', '--quiet')
    git(main, 'remote', 'add', 'origin', 'https://github.com/acme/widget.git')
    git(main, 'commit', '--quiet', '--allow-empty', '-m', 'x')
    git(main, 'worktree', 'add', '--quiet', '../other')
    const expected = { host: 'github.com', path: 'acme/widget' }
    expect(findRepository(undefined, join(main, 'a/b'))).toEqual(expected)
    expect(findRepository(undefined, join(folder, 'other'))).toEqual(expected)
  })

  it('tells nothing of a remote that is a folder, nor of a damaged configuration', () => {
    const folder = temporaryFolder()
    writeFiles(folder, {
      'a/.git/config': '[remote "origin"]\n\turl = /srv/git/widget.git\n',
      'b/.git/config': '[remote "origin"',
      'c/.git': 'gitdir: /nonexistent\n',
    })
    for (const name of ['a', 'b', 'c'])
      expect(findRepository(undefined, join(folder, name))).toBeUndefined()
  })
})
