import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BranchOptions, NodeProject, planSynth, type ReleaseOptions } from '@trustpub/project'
import { beforeAll, expect, it } from 'vitest'
import { temporaryFolder, writeFiles } from './support/folders.ts'
import { fetchedTool } from './support/tools.ts'

let gitCliff: string

/** The version that generated projects ask for. */
const GIT_CLIFF = '2.14.2'

beforeAll(async () => {
  const wanted = { package: 'git-cliff', version: GIT_CLIFF, entry: 'lib/cli/cli.js' }
  const { program, args } = await fetchedTool(wanted, () => {})
  gitCliff = [program, ...args].join(' ')
})

const ENV = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
}

interface Settings extends Pick<ReleaseOptions, 'releasableCommits' | 'releaseTagPrefix'> {
  /** The folder of the project in the repository. */
  readonly path?: string
  readonly branches?: readonly (BranchOptions & { readonly name: string })[]
}

const BRANCHES: NonNullable<Settings['branches']> = [
  { name: 'main' },
  { name: 'next', prerelease: 'beta', npmDistTag: 'next' },
  { name: '2.x', majorVersion: 2 },
  { name: '2.4.x', majorVersion: 2, minorVersion: 4 },
]

/** The files with which a generated project plans its releases. */
function planFiles(folder: string, { path, branches = BRANCHES, ...options }: Settings) {
  const [{ name: defaultReleaseBranch, ...first } = { name: 'main' }, ...others] = branches
  const root = new NodeProject({ name: 'root', outdir: folder, github: false })
  const parent = path === undefined ? {} : { parent: root, outdir: path }
  const project = new NodeProject({
    ...options,
    ...first,
    name: 'widget',
    outdir: folder,
    ...parent,
    github: path !== undefined,
    release: true,
    defaultReleaseBranch,
    releaseBranches: Object.fromEntries(others.map(({ name, ...branch }) => [name, branch])),
  })
  const { changes } = planSynth(project.root)
  const own = changes.filter((change) => /\.trustpub\/(?:plan-release|cliff)/.test(change.path))
  return Object.fromEntries(own.map((change) => [change.path, change.after ?? '']))
}

interface Plan {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  readonly outputs: Readonly<Record<string, string | undefined>>
  readonly changelog: string | undefined
}

/** A repository of its own, with what happens to it. */
class Repository {
  readonly folder: string = temporaryFolder()

  constructor(...steps: readonly string[]) {
    this.git('init', '--quiet', '--initial-branch=main')
    this.do(...steps)
  }

  git(...args: readonly string[]): string {
    return execFileSync('git', args, { cwd: this.folder, env: ENV, encoding: 'utf8' }).trim()
  }

  /** Commits with this message; or `tag v1`, `branch next`, `switch main`, `merge next`, `revert`. */
  do(...steps: readonly string[]): this {
    for (const step of steps) {
      const [, action, name = ''] = /^(tag|branch|switch|merge|revert)(?: (\S+))?$/.exec(step) ?? []
      if (action === 'tag') this.git('tag', name)
      else if (action === 'branch') this.git('switch', '--quiet', '--create', name)
      else if (action === 'switch') this.git('switch', '--quiet', name)
      else if (action === 'merge') this.git('merge', '--quiet', '--no-ff', '--no-edit', name)
      else if (action === 'revert') this.git('revert', '--no-edit', 'HEAD')
      else this.commit(step)
    }
    return this
  }

  commit(message: string, file = 'file'): void {
    writeFiles(this.folder, { [file]: `${message} ${Math.random()}\n` })
    this.git('add', file)
    this.git('commit', '--quiet', `--message=${message}`)
  }

  /** Plans the release of what is checked out, as the pipeline does. */
  plan(settings: Settings = {}, branch?: string): Plan {
    const project = join(this.folder, settings.path ?? '')
    writeFiles(this.folder, planFiles(this.folder, settings))
    const script = join(project, '.trustpub/plan-release.sh')
    const env = { ...ENV, GIT_CLIFF: gitCliff, ...(branch === undefined ? {} : { BRANCH: branch }) }
    const options = { cwd: project, env, encoding: 'utf8' } as const
    const { status, stdout, stderr } = spawnSync('sh', [script], options)
    const lines = stdout.split('\n').filter((line) => line !== '')
    const file = join(project, 'dist/changelog.md')
    return {
      status,
      stdout,
      stderr,
      outputs: Object.fromEntries(lines.map((line) => line.split('=', 2))),
      changelog: existsSync(file) ? readFileSync(file, 'utf8') : undefined,
    }
  }
}

it.each<[string, string, string[]]>([
  ['a fix', '1.2.1', ['feat: a', 'tag v1.2.0', 'fix: b']],
  ['a feature', '1.3.0', ['feat: a', 'tag v1.2.0', 'fix: b', 'feat(core): c', 'chore: d']],
  ['a chore', 'nothing', ['feat: a', 'tag v1.2.0', 'chore: b']],
  ['a breaking feature', '2.0.0', ['feat: a', 'tag v1.2.0', 'feat!: b', 'fix: c']],
  ['a breaking chore', '2.0.0', ['feat: a', 'tag v1.2.0', 'chore(deps)!: drop Node 18']],
  [
    'a footer',
    '2.0.0',
    ['feat: a', 'tag v1.2.0', 'docs: b\n\nText.\n\nBREAKING CHANGE: c is gone'],
  ],
  ['prose', 'nothing', ['feat: a', 'tag v1.2.0', 'docs: b\n\nThis is no BREAKING CHANGE: see c']],
  ['a forged heading', '1.2.1', ['feat: a', 'tag v1.2.0', 'fix: b\n\n### Breaking changes\n']],
  ['a breaking feature before 1.0.0', '0.4.0', ['feat: a', 'tag v0.3.0', 'feat!: b']],
  ['a feature before 1.0.0', '0.4.0', ['feat: a', 'tag v0.3.0', 'feat: b']],
  ['the first release', '0.1.0', ['chore: a', 'fix: b']],
  ['only chores', 'nothing', ['chore: a']],
  ['a tag that is no version', '1.2.1', ['feat: a', 'tag v1.2.0', 'fix: b', 'tag v9.9', 'fix: c']],
  ['a revert', '1.2.1', ['feat: a', 'tag v1.2.0', 'revert']],
  ['what was reverted at once', 'nothing', ['feat: a', 'tag v1.2.0', 'feat!: b', 'revert']],
  ['what came back', '2.0.0', ['feat: a', 'tag v1.2.0', 'feat!: b', 'revert', 'revert']],
  ['a half-failed release', '1.2.2', ['feat: a', 'tag v1.2.0', 'fix: b', 'tag v1.2.1', 'fix: c']],
])('plans after %s: %s', (_, version, steps) => {
  const { status, outputs, stdout, changelog } = new Repository(...steps).plan()
  expect(status).toBe(0)
  if (version === 'nothing') {
    expect(stdout).toBe('release=false\n')
    expect(changelog).toBeUndefined()
    return
  }
  expect(outputs).toEqual({
    release: 'true',
    version,
    tag: `v${version}`,
    dist_tag: 'latest',
    prerelease: 'false',
    latest: 'true',
  })
})

it('writes a changelog with breaking changes first, scopes and hashes', () => {
  const repository = new Repository(
    'feat: before',
    'tag v1.2.0',
    'fix(parser): accept `a` & <b>\n\nA longer explanation.',
    'perf: c',
    'feat: d',
    'chore(deps)!: e\n\nBREAKING CHANGE: Node 18\nis gone\n',
    'feat!: f',
    'docs: g',
  )
  const { changelog } = repository.plan()
  expect(changelog?.replaceAll(/\([0-9a-f]{7}\)/g, '(hash)').trim()).toBe(`### Breaking changes

- **deps:** e (hash): Node 18 is gone
- f (hash)

### Features

- d (hash)

### Bug fixes

- **parser:** accept \`a\` & <b> (hash)

### Performance

- c (hash)`)
  expect(changelog).toContain(`f (${repository.git('rev-parse', '--short=7', 'HEAD~1')})`)
})

it('plans the version of the tag again, with the same changelog', () => {
  const repository = new Repository('feat: a', 'tag v1.2.0', 'fix: b')
  const first = repository.plan()
  repository.do('tag v1.2.1')
  const resumed = repository.plan()
  expect(resumed.outputs).toEqual(first.outputs)
  expect(resumed.changelog).toBe(first.changelog)
  expect(repository.do('fix: c', 'tag v1.3.0', 'switch main').plan({}, '').outputs).toMatchObject({
    version: '1.3.0',
  })
})

it('refuses a run for a tag that is no version of this project', () => {
  const repository = new Repository('feat: a', 'tag v1.2.0', 'tag docs')
  const { status, stdout, stderr } = repository.plan({ releaseTagPrefix: 'widget-' }, '')
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toContain('No version tag, such as widget-v1.0.0, is at this commit')
})

it('counts prereleases, and lists in each what is new since the one before', () => {
  const repository = new Repository('feat: a', 'tag v1.2.0', 'branch next', 'feat: b')
  const first = repository.plan()
  expect(first.outputs).toMatchObject({
    version: '1.3.0-beta.0',
    dist_tag: 'next',
    prerelease: 'true',
    latest: 'false',
  })
  const second = repository.do('tag v1.3.0-beta.0', 'fix: c').plan()
  expect(second.outputs.version).toBe('1.3.0-beta.1')
  expect(second.changelog).toMatch(/^\s*### Bug fixes\n\n- c \(\w+\)\s*$/)
  expect(repository.do('tag v1.3.0-beta.1', 'chore: d').plan().stdout).toBe('release=false\n')
  expect(repository.do('feat!: e').plan().outputs.version).toBe('2.0.0-beta.0')
})

it('releases prereleases as a stable version with all their changes once they are merged', () => {
  const repository = new Repository('feat: a', 'tag v1.2.0', 'branch next', 'feat: b')
  repository.do('tag v1.3.0-beta.0', 'fix: c', 'tag v1.3.0-beta.1')
  repository.git('switch', '--quiet', 'main')
  repository.git('merge', '--quiet', '--ff-only', 'next')
  const { outputs, changelog } = repository.plan()
  expect(outputs).toMatchObject({ version: '1.3.0', dist_tag: 'latest', latest: 'true' })
  expect(changelog).toMatch(/### Features\n\n- b .*\n\n### Bug fixes\n\n- c /)
  repository.do('tag v1.3.0')
  expect(repository.plan({}, 'next').outputs.version).toBe('1.3.0-beta.1')
})

it('never gives an old line the dist-tag latest', () => {
  const repository = new Repository('feat: a', 'tag v2.3.0', 'feat!: b', 'tag v3.0.0')
  repository.git('switch', '--quiet', '--create', '2.x', 'v2.3.0')
  const { outputs } = repository.do('fix: c').plan()
  expect(outputs).toMatchObject({ version: '2.3.1', dist_tag: 'latest-2', latest: 'false' })
})

it('refuses to leave the line of a branch, and says which commit would, until it is reverted', () => {
  const repository = new Repository('feat: a', 'tag v2.3.0', 'branch 2.x', 'fix: b', 'feat!: c')
  const { status, stdout, stderr } = repository.plan()
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toContain(`  | - c (${repository.git('rev-parse', '--short=7', 'HEAD')})`)
  expect(stderr).not.toContain('  | - b')
  expect(stderr).toContain('make 3.0.0, which 2.x does not release: undo them with git revert')
  expect(repository.do('revert').plan().outputs.version).toBe('2.3.1')
})

it('refuses a feature on a branch of patches', () => {
  const repository = new Repository('feat: a', 'tag v2.4.0', 'branch 2.4.x', 'feat: b')
  expect(repository.plan().stderr).toContain('make 2.5.0, which 2.4.x does not release')
})

it('forgets all that a reverted merge had brought', () => {
  const repository = new Repository('feat: a', 'tag v1.2.0', 'branch topic', 'feat: b', 'feat!: c')
  repository.do('switch main', 'fix: d')
  writeFiles(repository.folder, { other: '' })
  repository.git('merge', '--quiet', '--no-ff', '--strategy=ours', '--no-edit', 'topic')
  const merge = repository.git('rev-parse', 'HEAD')
  const message = `Revert "Merge"\n\nThis reverts commit ${merge}, reversing\nchanges made to b.`
  repository.commit(message)
  expect(repository.plan().outputs.version).toBe('1.2.1')
})

it('continues from the highest version in its history, not from the youngest tag', () => {
  const repository = new Repository('feat: a', 'tag v2.4.0', 'branch 2.x', 'switch main')
  repository.do('feat!: b', 'tag v3.0.0', 'switch 2.x')
  repository.commit('fix: c', 'other')
  repository.do('tag v2.4.1', 'switch main', 'merge 2.x')
  const { outputs, changelog } = repository.plan()
  expect(outputs.version).toBe('3.0.1')
  expect(changelog).toMatch(/^\s*### Bug fixes\n\n- c \(\w+\)\s*$/)
})

it('begins a new line after the last version of the one before', () => {
  const branches = [{ name: 'main', majorVersion: 3 }]
  const repository = new Repository('feat: a', 'tag v2.4.0', 'chore: b')
  expect(repository.plan({ branches }).stdout).toBe('release=false\n')
  const { outputs, changelog } = repository.do('fix: c').plan({ branches })
  expect(outputs.version).toBe('3.0.0')
  expect(changelog).not.toContain('- a')
})

it('lifts versions to the lowest major one', () => {
  const branches = [{ name: 'main', minMajorVersion: 1 }]
  const repository = new Repository('feat: a', 'tag v0.3.0', 'fix: b')
  expect(repository.plan({ branches }).outputs.version).toBe('1.0.0')
  expect(repository.do('tag v1.0.0', 'feat!: c').plan({ branches }).outputs.version).toBe('2.0.0')
})

it('counts only commits below the path and tags of the prefix in a repository of several projects', () => {
  const repository = new Repository('chore: a', 'tag v7.0.0')
  const settings = { path: 'packages/a', releaseTagPrefix: '@acme/a@' }
  repository.commit('feat: in a', 'packages/a/x')
  repository.do('tag @acme/a@v1.0.0')
  repository.commit('feat!: in ab', 'packages/ab/x')
  expect(repository.plan(settings).stdout).toBe('release=false\n')
  repository.commit('fix: in a', 'packages/a/deep/y')
  const { outputs, changelog } = repository.plan(settings)
  expect(outputs).toMatchObject({ version: '1.0.1', tag: '@acme/a@v1.0.1', latest: 'true' })
  expect(changelog).not.toContain('in ab')
})

it('releases every commit where that is wanted', () => {
  const repository = new Repository('feat: a', 'tag v1.2.0', 'fixed something', 'chore: b')
  const { outputs, changelog } = repository.plan({ releasableCommits: 'every-commit' })
  expect(outputs.version).toBe('1.2.1')
  expect(changelog).toMatch(/### Other changes\n\n- fixed something \(\w+\)\n- b \(\w+\)/)
  const features = repository.do('feat: c').plan({ releasableCommits: 'every-commit' })
  expect(features.outputs.version).toBe('1.3.0')
})

it('refuses a branch that releases nothing', () => {
  const { status, stderr } = new Repository('feat: a', 'branch topic').plan()
  expect(status).toBe(1)
  expect(stderr).toBe('Nothing is released from the branch topic, only from: main next 2.x 2.4.x\n')
})

it('refuses a clone without history', () => {
  const origin = new Repository('feat: a', 'tag v1.2.0', 'fix: b')
  const clone = new Repository()
  clone.git('remote', 'add', 'origin', pathToFileURL(origin.folder).href)
  clone.git('fetch', '--quiet', '--depth=1', 'origin', 'main')
  clone.git('reset', '--quiet', '--hard', 'FETCH_HEAD')
  const { status, stdout, stderr } = clone.plan()
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toContain('fetch-depth: 0')
})

it('refuses a version that is the tag of a commit elsewhere', () => {
  const repository = new Repository('feat: a', 'tag v1.2.0', 'branch other', 'feat: b')
  const commit = repository.git('rev-parse', '--short', 'HEAD')
  repository.do('tag v1.3.0', 'switch main', 'feat: c')
  const { status, stdout, stderr } = repository.plan()
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toContain(`The tag v1.3.0 is at ${commit} already`)
  expect(repository.plan({}, 'next').stderr).toContain(`The tag v1.3.0 is at ${commit} already`)
})
