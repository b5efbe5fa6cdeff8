import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, expect, it } from 'vitest'
import { planScript } from './plan-script.ts'
import { type BranchSettings, checkPlanSettings, type PlanSettings } from './plan-settings.ts'

const ENV = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
}

const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const git = (folder: string, ...args: readonly string[]) =>
  execFileSync('git', args, { cwd: folder, env: ENV, encoding: 'utf8', stdio: 'pipe' })

/** A repository with one commit, these tags on it, and one more commit if it is to be released anew. */
function repository({ tags = [] as readonly string[], more = false } = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'trustpub-plan-'))
  folders.push(folder)
  git(folder, 'init', '--quiet', '--initial-branch=main')
  git(folder, 'commit', '--quiet', '--allow-empty', '--message=feat: one')
  for (const tag of tags) git(folder, 'tag', tag)
  if (more) git(folder, 'commit', '--quiet', '--allow-empty', '--message=fix: two')
  return folder
}

const SETTINGS: PlanSettings = {
  gitCliff: 'git-cliff-is-not-run',
  tagPrefix: '',
  releasable: ['feat', 'fix'],
  branches: [{ name: 'main' }],
}

/** Plans with a stand-in for git-cliff that finds this changelog; outputs by name if it succeeds. */
function plan(
  folder: string,
  settings: Partial<PlanSettings>,
  { branch = 'main', changelog = '### Bug fixes', gitCliff = 'sh stub.sh' } = {},
): { status: number | null; stdout: string; stderr: string; outputs: Record<string, string> } {
  mkdirSync(join(folder, '.trustpub'), { recursive: true })
  writeFileSync(join(folder, 'stub.sh'), `echo '${changelog}'`)
  const script = join(folder, '.trustpub/plan-release.sh')
  writeFileSync(script, planScript({ ...SETTINGS, ...settings }))
  const env = { ...ENV, GIT_CLIFF: gitCliff, BRANCH: branch }
  const { status, stdout, stderr } = spawnSync('sh', [script], { cwd: '/', env, encoding: 'utf8' })
  const lines = stdout.split('\n').filter((line) => line !== '')
  const outputs = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)))
  return { status, stdout, stderr, outputs }
}

it('takes any name of a branch, dist-tag and environment literally', () => {
  const folder = repository({ tags: ['v1.0.0-beta.0'] })
  const hostile = fc
    .string({
      unit: fc.oneof(fc.constantFrom(...'\'"$`\\;&|*?[]()<>{}!#~ ='), fc.string({ minLength: 1 })),
      minLength: 1,
      maxLength: 12,
    })
    .filter((text) => !/\p{Cc}|\p{Cs}/u.test(text))
  fc.assert(
    fc.property(hostile, hostile, hostile, (name, npmDistTag, environment) => {
      const branch = { name, prerelease: 'beta', npmDistTag, environment }
      const branches = [{ name: `${name}x` }, branch, { name: 'other' }]
      const { status, outputs } = plan(folder, { branches }, { branch: name })
      expect(status).toBe(0)
      expect(outputs).toMatchObject({
        version: '1.0.0-beta.0',
        dist_tag: npmDistTag === 'latest' ? 'beta' : npmDistTag,
        environment,
      })
    }),
    { numRuns: 25 },
  )
})

it('passes the command and the path on as they are', () => {
  const folder = repository()
  mkdirSync(join(folder, "it's $HOME"))
  const text = planScript({ ...SETTINGS, path: "it's $HOME", gitCliff: "a 'b' $(touch c)" })
  expect(text).toContain(`--include-path 'it'\\''s $HOME/**'`)
  expect(text).toContain(`GIT_CLIFF='a '\\''b'\\'' $(touch c)'`)
})

it.each<[string, Partial<PlanSettings>]>([
  ['a tag prefix that is a pattern', { tagPrefix: 'a*' }],
  ['a tag prefix that is an option', { tagPrefix: '-a' }],
  ['a tag prefix that git refuses', { tagPrefix: 'a..b' }],
  ['a path that is a pattern', { path: 'packages/*' }],
  ['a branch of two lines', { branches: [{ name: 'a\nb' }] }],
  ['a dist-tag of two lines', { branches: [{ name: 'a', npmDistTag: 'a\nrelease=true' }] }],
  ['an environment of two lines', { branches: [{ name: 'a', environment: 'a\rb' }] }],
  ['an identifier that is a command', { branches: [{ name: 'a', prerelease: 'b;id' }] }],
  ['prereleases called latest', { branches: [{ name: 'a', prerelease: 'latest' }] }],
  ['half a version', { branches: [{ name: 'a', majorVersion: 1.5 }] }],
  ['a version below zero', { branches: [{ name: 'a', minMajorVersion: -1 }] }],
])('refuses %s', (_, settings) => {
  expect(() => checkPlanSettings({ ...SETTINGS, ...settings })).toThrow(
    expect.objectContaining({ code: 'option_invalid' }),
  )
})

it('refuses a minor version without a major one', () => {
  expect(() =>
    checkPlanSettings({ ...SETTINGS, branches: [{ name: 'a', minorVersion: 1 }] }),
  ).toThrow(expect.objectContaining({ code: 'option_conflict' }))
})

it('fails without any output if git-cliff fails', () => {
  const folder = repository({ more: true })
  const { status, stdout, stderr } = plan(folder, {}, { gitCliff: 'false' })
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toContain('git-cliff failed')
})

it('counts a prerelease after the tenth', () => {
  const tags = ['v1.0.0', 'v1.0.1-beta.9', 'v1.0.1-beta.10', 'v1.0.1-rc.11', 'v11.0.1-beta.12']
  const branches = [{ name: 'main', prerelease: 'beta', majorVersion: 1 }]
  const { outputs } = plan(repository({ tags, more: true }), { branches })
  expect(outputs.version).toBe('1.0.1-beta.11')
})

const BRANCHES: readonly BranchSettings[] = [
  { name: 'main', npmDistTag: 'latest' },
  { name: '2.x', majorVersion: 2 },
  { name: '1.x', majorVersion: 1, npmDistTag: 'lts' },
  { name: '1.4.x', majorVersion: 1, minorVersion: 4 },
  { name: 'next', prerelease: 'beta', npmDistTag: 'next', environment: 'next-env' },
  { name: 'edge', prerelease: 'alpha', npmDistTag: 'latest' },
  { name: 'far', prerelease: 'beta', majorVersion: 9, npmDistTag: 'far' },
]

it.each([
  ['3.0.1', { dist_tag: 'latest', latest: 'true', prerelease: 'false', environment: 'none' }],
  ['2.9.0', { dist_tag: 'latest-2', latest: 'false', prerelease: 'false' }],
  ['1.5.0', { dist_tag: 'lts', latest: 'false' }],
  ['1.4.7', { dist_tag: 'latest-1.4', latest: 'false' }],
  ['0.4.0', { dist_tag: 'latest-0', latest: 'false' }],
  ['4.0.0-beta.1', { dist_tag: 'next', prerelease: 'true', environment: 'next-env' }],
  ['9.1.0-beta.0', { dist_tag: 'far', environment: 'none' }],
  ['4.0.0-alpha.1', { dist_tag: 'alpha', latest: 'false', python_version: '4.0.0a1' }],
  ['4.0.0-rc.2', { dist_tag: 'rc', python_version: '4.0.0rc2' }],
  ['4.0.0-dev.2', { dist_tag: 'dev', python_version: '4.0.0.dev2' }],
])('resumes %s with the dist-tag and the environment that are its own', (version, expected) => {
  const folder = repository({ tags: ['v3.0.0', 'v2.10.0'], more: true })
  git(folder, 'tag', `v${version}`)
  const { outputs } = plan(folder, { branches: BRANCHES, python: true }, { branch: '' })
  expect({ environment: 'none', ...outputs }).toMatchObject({
    release: 'true',
    version,
    tag: `v${version}`,
    ...expected,
  })
})

it('gives the highest version the dist-tag of the branch without a line', () => {
  const branches = [{ name: 'main', npmDistTag: 'stable' }]
  const { outputs } = plan(repository(), { branches })
  expect(outputs).toMatchObject({ version: '0.1.0', dist_tag: 'stable', latest: 'true' })
})

it('refuses a prerelease that PyPI could not take', () => {
  const folder = repository({ tags: ['v1.0.0-next.1'] })
  const { status, stdout, stderr } = plan(folder, { python: true }, { branch: '' })
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toContain('next')
})

it.each([
  [{ name: 'main', majorVersion: 3 }, '3.0.0'],
  [{ name: 'main', majorVersion: 3, minorVersion: 2 }, '3.2.0'],
  [{ name: 'main', majorVersion: 0 }, '0.1.0'],
  [{ name: 'main', minMajorVersion: 1 }, '1.0.0'],
  [{ name: 'main', minMajorVersion: 0 }, '0.1.0'],
])('begins a line with its first version', (branch, version) => {
  expect(plan(repository(), { branches: [branch] }).outputs.version).toBe(version)
})

it('tells an unknown branch from which ones there are releases', () => {
  const { status, stderr } = plan(repository(), { branches: BRANCHES }, { branch: 'topic' })
  expect(status).toBe(1)
  expect(stderr).toBe(
    'Nothing is released from the branch topic, only from: main 2.x 1.x 1.4.x next edge far\n',
  )
})

it('prints no output but release=false, and leaves no changelog, without a change to release', () => {
  const folder = repository({ tags: ['v1.0.0'], more: true })
  const { stdout, stderr } = plan(folder, {}, { changelog: '' })
  expect(stdout).toBe('release=false\n')
  expect(stderr).toContain('no commit since 1.0.0')
  expect(() => readFileSync(join(folder, 'dist/changelog.md'))).toThrow('ENOENT')
})
