import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { git, Stubs, temporaryFolder, writeFiles } from '../testing.ts'
import {
  CHECK_DIGESTS,
  CHECK_UNCHANGED,
  LIST_DIGESTS,
  OPEN_ISSUE,
  RELEASE_AT_GITHUB,
  TAG_AT_GITHUB,
} from './scripts.ts'
import { type Finished, run } from './testing.ts'

const SHA = 'a'.repeat(40)
const OTHER = 'b'.repeat(40)

describe('the tag', () => {
  /** `gh api` of a repository with these commits at the tag and at the head of the branch. */
  const tag = ({ tagged = '', head = SHA, branch = 'main', create = 'exit 0' }) => {
    const gh = `case $2 in
  */commits/tags/v1.0.0) [ -n '${tagged}' ] && echo '${tagged}' || exit 1 ;;
  */git/ref/heads/main) echo '${head}' ;;
  --silent) ${create} ;;
  *) echo "unexpected $*"; exit 9 ;;
esac`
    const env = { GITHUB_REPOSITORY: 'acme/widget', GITHUB_SHA: SHA, TAG: 'v1.0.0', BRANCH: branch }
    return run(TAG_AT_GITHUB, { stubs: new Stubs({ gh }), env })
  }
  const CREATE = `gh api --silent repos/acme/widget/git/refs -f ref=refs/tags/v1.0.0 -f sha=${SHA}`

  it('is made at the commit of the run', () => {
    expect(tag({})).toMatchObject({
      status: 0,
      outputs: 'go=true\n',
      calls: [expect.any(String), expect.any(String), CREATE],
    })
  })

  it('is fine if it is at this commit already: the release goes on', () => {
    const { calls, ...rest } = tag({ tagged: SHA, head: OTHER })
    expect(rest).toMatchObject({ status: 0, outputs: 'go=true\n' })
    expect(calls).not.toContain(CREATE)
  })

  it('is an error if it is at another commit', () => {
    expect(tag({ tagged: OTHER })).toMatchObject({
      status: 1,
      outputs: '',
      output: `::error::v1.0.0 is at commit ${OTHER}, not at ${SHA}. Start a run for a newer commit.\n`,
    })
  })

  it('is not made if the branch has moved on', () => {
    const { calls, ...rest } = tag({ head: OTHER })
    expect(rest).toMatchObject({ status: 0, outputs: 'go=false\n' })
    expect(calls).not.toContain(CREATE)
  })

  it('is made in a run without a branch', () => {
    expect(tag({ branch: '', head: OTHER })).toMatchObject({ status: 0, outputs: 'go=true\n' })
  })

  it('lets nothing go on if it cannot be made or asked for', () => {
    expect(tag({ create: 'exit 1' })).toMatchObject({ status: 1, outputs: '' })
    expect(tag({ branch: 'gone' })).toMatchObject({ status: 9, outputs: '' })
  })
})

describe('the digests', () => {
  const FILES = {
    'js/widget-1.0.0.tgz': 'tarball',
    'changelog.md': 'x',
    "python/a b'c.whl": 'wheel',
  }

  /** The digests as the next job gets them. */
  function listed(files: Readonly<Record<string, string>>): string {
    const cwd = temporaryFolder()
    writeFiles(join(cwd, 'dist'), files)
    const { status, outputs } = run(LIST_DIGESTS, { cwd })
    const lines = outputs.trimEnd().split('\n')
    expect([status, lines[0], lines.at(-1)]).toEqual([
      0,
      'digests<<END_OF_DIGESTS',
      'END_OF_DIGESTS',
    ])
    return lines.slice(1, -1).join('\n')
  }

  function check(files: Readonly<Record<string, string>>, digests: string): Finished {
    const cwd = temporaryFolder()
    writeFiles(cwd, files)
    return run(CHECK_DIGESTS, { cwd, env: { DIGESTS: digests } })
  }

  it('are one line a file, always in the same order', () => {
    expect(
      listed(FILES)
        .split('\n')
        .map((line) => line.slice(66)),
    ).toEqual(['./changelog.md', './js/widget-1.0.0.tgz', "./python/a b'c.whl"])
  })

  it('leave out what artifacts leave out', () => {
    expect(listed({ a: '', '.hidden': '', 'python/.gitignore': '*', '.git/x': '' })).toMatch(
      /^[0-9a-f]{64} {2}\.\/a$/,
    )
  })

  it('are found right where nothing was changed', () => {
    expect(check(FILES, listed(FILES)).status).toBe(0)
  })

  it.each<[string, Record<string, string>]>([
    ['a file was changed', { ...FILES, 'changelog.md': 'y' }],
    ['a file was added', { ...FILES, 'js/evil-1.0.0.tgz': 'evil' }],
    ['a hidden file was added', { ...FILES, 'js/.npmrc': 'evil' }],
    ['a file is missing', { 'changelog.md': 'x' }],
    [
      'a file was renamed',
      { 'js/evil.tgz': 'tarball', 'changelog.md': 'x', "python/a b'c.whl": 'wheel' },
    ],
    ['there is nothing', {}],
  ])('stop the publish where %s', (_, files) => {
    expect(check(files, listed(FILES)).status).not.toBe(0)
  })

  it.each(['', '\n', 'nonsense', `${'0'.repeat(64)}  ./changelog.md`])(
    'stop the publish where they are %j themselves',
    (digests) => {
      expect(check({ 'changelog.md': 'x' }, digests).status).not.toBe(0)
    },
  )

  it('say which files were not built', () => {
    const { output } = check({ ...FILES, 'js/evil.tgz': '' }, listed(FILES))
    expect(output).toContain('::error::There are files that were not built:\n')
    expect(output).toContain('./js/evil.tgz')
  })
})

describe('the check of the build', () => {
  it('lets the version be set, and nothing else be changed', () => {
    const folder = temporaryFolder()
    git(folder, 'init', '--quiet')
    const files = { 'package.json': '0', 'src/index.js': '0', 'deep/package.json': '0' }
    writeFiles(folder, files)
    git(folder, 'add', '.')
    git(folder, 'commit', '--quiet', '-m', 'x')
    const script = CHECK_UNCHANGED(['package.json', 'package-lock.json'])
    const status = (): number | null => run(script, { cwd: folder }).status
    writeFiles(folder, { 'package.json': '1', untracked: '' })
    expect(status()).toBe(0)
    writeFiles(folder, { 'src/index.js': '1' })
    expect(status()).toBe(1)
    writeFiles(folder, { 'src/index.js': '0', 'deep/package.json': '1' })
    expect(status()).toBe(1)
    rmSync(join(folder, 'src'), { recursive: true })
    expect(status()).toBe(1)
  })
})

describe('the release page', () => {
  const release = ({ there = false, prerelease = 'false', latest = 'true' }) => {
    const gh = `[ "$2" = view ] && exit ${there ? 0 : 1}; exit 0`
    const env = { TAG: 'v1.0.0', PRERELEASE: prerelease, LATEST: latest }
    return run(RELEASE_AT_GITHUB, { stubs: new Stubs({ gh }), env })
  }

  it('is made for the tag that is there, with the changelog', () => {
    expect(release({})).toMatchObject({
      status: 0,
      calls: [
        'gh release view v1.0.0',
        'gh release create v1.0.0 --verify-tag --title v1.0.0 --notes-file dist/changelog.md --latest=true',
      ],
    })
  })

  it('is left alone if it is there already', () => {
    expect(release({ there: true })).toMatchObject({ status: 0, calls: ['gh release view v1.0.0'] })
  })

  it('of a prerelease says so', () => {
    const { calls } = release({ prerelease: 'true', latest: 'false' })
    expect(calls[1]).toMatch(/ --latest=false --prerelease$/)
  })
})

describe('the issue about a failed release', () => {
  it.each([
    ['v1.0.0', 'The release of v1.0.0 failed'],
    ['', 'The release failed'],
  ])('names the tag, if there is one: %j', (tag, title) => {
    const env = { LABEL: 'failed release', TAG: tag, RUN: 'https://x/1' }
    const { status, calls } = run(OPEN_ISSUE, { stubs: new Stubs({ gh: '' }), env })
    expect(status).toBe(0)
    expect(calls[0]).toContain('label create failed release')
    expect(calls[1]).toContain(`--title ${title} --body See https://x/1.`)
  })
})
