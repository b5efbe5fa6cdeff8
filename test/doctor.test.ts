import { execFileSync } from 'node:child_process'
import { cpSync, lstatSync, mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { nodeClient } from './support/clients.ts'
import { cleanEnvironment, type Variables } from './support/environment.ts'
import { temporaryFolder, writeFiles } from './support/folders.ts'
import { githubJob } from './support/job.ts'
import { npmPackage } from './support/npm-packages.ts'
import { publishWith } from './support/publish.ts'
import { openTestRegistry, runOf } from './support/registry.ts'
import { PROGRAM } from './support/server.ts'
import { type Finished, run } from './support/tools.ts'

const FIXTURES = join(import.meta.dirname, '../packages/pipeline/fixtures/checks')

function doctor(
  args: readonly string[],
  env: Variables = {},
  cwd = temporaryFolder(),
): Promise<Finished> {
  const variables = { ...cleanEnvironment(), ...env }
  return run(process.execPath, [PROGRAM, 'doctor', ...args], { cwd, env: variables })
}

function copyOf(fixture: string): string {
  const folder = temporaryFolder()
  cpSync(join(FIXTURES, fixture), folder, { recursive: true })
  return folder
}

const git = (directory: string, ...args: readonly string[]) =>
  run('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
    cwd: directory,
    env: cleanEnvironment(),
  })

describe('trustpub doctor', () => {
  it('says what will fail, where, and what to change', async () => {
    const { stdout, status } = await doctor([copyOf('npm-too-old/failing')])
    expect(stdout).toMatch(/^error \.github\/workflows\/release\.yml:15:\d+ \[npm-too-old\]/)
    expect(stdout).toContain('15 │           node-version: 20')
    expect(stdout).toContain('npm error code ENEEDAUTH')
    expect(stdout).toMatch(/The release of \S+ will fail\. 1 error/)
    expect(status).toBe(1)
  })

  it('is content with a release that works, from any working directory', async () => {
    const directory = copyOf('npm-too-old/passing')
    mkdirSync(join(directory, 'deep/down'), { recursive: true })
    const { stdout, status } = await doctor(['../..'], {}, join(directory, 'deep/down'))
    expect(stdout).toContain('is certain to fail on release day')
    expect(status).toBe(0)
  })

  it('mends what it can, and the second time finds nothing to mend', async () => {
    const directory = copyOf('repository-field/failing')
    await git(directory, 'init', '-q')
    await git(directory, 'remote', 'add', 'origin', 'git@github.com:acme/widget.git')
    const first = await doctor([directory, '--fix'])
    expect(first.output).toMatch(/mended package\.json:1 \[repository-field\]/)
    expect(first.status).toBe(0)
    const manifest = readFileSync(join(directory, 'package.json'), 'utf8')
    expect(JSON.parse(manifest).repository).toEqual({
      type: 'git',
      url: 'git+https://github.com/acme/widget.git',
    })
    const second = await doctor([directory, '--fix'])
    expect(second.output).not.toContain('mended')
    expect(readFileSync(join(directory, 'package.json'), 'utf8')).toBe(manifest)
  })

  it('mends the file that a link leads to', async () => {
    const directory = copyOf('npm-too-old/failing')
    const file = join(directory, '.github/workflows/release.yml')
    renameSync(file, join(directory, 'release.yml'))
    symlinkSync('../../release.yml', file)
    expect((await doctor([directory, '--fix'])).status).toBe(0)
    expect(lstatSync(file).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(directory, 'release.yml'), 'utf8')).toContain('npm@11')
  })

  it('compares with the remote of git, also from a worktree', async () => {
    const directory = copyOf('repository-field/failing')
    await git(directory, 'init', '-q')
    await git(directory, 'remote', 'add', 'origin', 'https://github.com/acme/renamed')
    await git(directory, 'add', '.')
    await git(directory, 'commit', '-q', '-m', 'x')
    const worktree = join(temporaryFolder(), 'worktree')
    await git(directory, 'worktree', 'add', '-q', worktree)
    for (const place of [directory, worktree]) {
      const { stdout, status } = await doctor([place])
      expect(stdout).toContain('acme/renamed')
      expect(status).toBe(1)
    }
  })

  it('waits for no pipe, and follows no link to a device', async () => {
    const directory = copyOf('npm-too-old/passing')
    const workflows = join(directory, '.github/workflows')
    execFileSync('mkfifo', [join(workflows, 'pipe.yml')])
    expect((await doctor([directory])).status).toBe(0)
    symlinkSync('/dev/zero', join(workflows, 'zero.yml'))
    const { stdout, status } = await doctor([directory, '--strict'])
    expect(stdout).toContain('zero.yml is a link to a file outside of the repository')
    expect(status).toBe(1)
  })

  it('says where the repository begins that a folder is in', async () => {
    const directory = copyOf('npm-too-old/passing')
    mkdirSync(join(directory, 'packages/a'), { recursive: true })
    const { stdout, status } = await doctor([], {}, join(directory, 'packages/a'))
    expect(stdout).toContain('The repository begins at ../..')
    expect(status).toBe(0)
  })

  it('knows the tags of git', async () => {
    const directory = copyOf('tag-filter/failing')
    await git(directory, 'init', '-q')
    await git(directory, 'commit', '-q', '--allow-empty', '-m', 'x')
    for (const tag of ['widget@1.0.0', 'widget@1.1.0', 'widget@1.2.0'])
      await git(directory, 'tag', tag)
    expect((await doctor([directory])).stdout).toContain('[tag-filter]')
    expect((await doctor([directory])).status).toBe(0)
    expect((await doctor([directory, '--strict'])).status).toBe(1)
  })

  it('prints for machines', async () => {
    const directory = copyOf('npm-too-old/failing')
    const json = await doctor([directory, '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      counts: { errors: 1 },
      findings: [{ check: 'npm-too-old', file: '.github/workflows/release.yml', line: 15 }],
    })
    const sarif = await doctor([directory, '--format', 'sarif'])
    expect(JSON.parse(sarif.stdout)).toMatchObject({
      version: '2.1.0',
      runs: [{ results: [{ ruleId: 'npm-too-old', level: 'error' }] }],
    })
    const github = await doctor([directory, '--format', 'github'])
    expect(github.stdout).toMatch(/^::error file=\.github\/workflows\/release\.yml,line=15,/)
    const gitlab = await doctor([directory, '--format', 'gitlab'])
    expect(JSON.parse(gitlab.stdout)).toMatchObject([{ check_name: 'npm-too-old' }])
  })

  it('annotates in GitHub Actions, and writes a summary', async () => {
    const summary = join(temporaryFolder(), 'summary.md')
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary }
    const { output } = await doctor([copyOf('npm-too-old/failing')], env)
    expect(output).toMatch(/^::error file=/m)
    expect(readFileSync(summary, 'utf8')).toContain('trustpub doctor: 1 error, ')
    const nowhere = { ...env, GITHUB_STEP_SUMMARY: '/nowhere/at/all' }
    const unwritten = await doctor([copyOf('npm-too-old/passing')], nowhere)
    expect(unwritten.output).toContain('No summary was written')
    expect(unwritten.status).toBe(0)
  })

  it('names files by their path in the checkout of the CI', async () => {
    const checkout = temporaryFolder()
    cpSync(join(FIXTURES, 'npm-too-old/failing'), join(checkout, 'code'), { recursive: true })
    const env = { GITHUB_WORKSPACE: checkout }
    const { stdout } = await doctor(['code', '--format', 'github'], env, checkout)
    expect(stdout).toMatch(/^::error file=code\/\.github\/workflows\/release\.yml,line=15,/)
  })

  it('asks the registry with --online, and does without one that cannot be reached', async (ctx) => {
    const npm = await nodeClient(ctx, 'npm 11')
    const registry = await openTestRegistry()
    const directory = copyOf('npm-too-old/passing')
    const ask = (url: string) => doctor([directory, '--online', '--registry', url])
    expect((await ask(registry.url)).stdout).toContain('[package-not-there]')
    await registry.trust(['npm:@acme/widget'])
    await registry.api('PUT', '/packages/npm:@acme%2fwidget', { access: 'public' })
    const env = githubJob(registry, runOf(registry))
    const publishing = { directory: npmPackage('@acme/widget', '0.9.0'), env }
    expect((await publishWith('npm 11', npm, registry.url, publishing)).status).toBe(0)
    const unreachable = await ask('http://127.0.0.1:9/')
    expect(unreachable.output).toContain('was not compared')
    expect(unreachable.status).toBe(0)
  })

  it.for([
    [['/does/not/exist'], 3, 'cannot be read'],
    [['.', 'x'], 2, 'one directory'],
    [['--format', 'xml'], 2, 'no format "xml"'],
    [['--json', '--format', 'sarif'], 2, 'are two formats'],
    [['--registry', 'https://x.example'], 2, 'goes with --online'],
    [['.'], 0, 'neither .github/workflows nor .gitlab-ci.yml'],
  ] as const)('answers %j with a sentence', async ([args, code, words]) => {
    const { output, status } = await doctor(args)
    expect(output).toContain(words)
    expect(output).not.toContain('    at ')
    expect(status).toBe(code)
  })

  it('compares no package with every other: 300 packages and 60 workflows take seconds', async () => {
    const bench = pathToFileURL(join(import.meta.dirname, '../bench/lib/monorepo.mjs')).href
    const { writeMonorepo } = (await import(bench)) as { writeMonorepo: (folder: string) => void }
    const directory = temporaryFolder()
    writeMonorepo(directory)
    const timed = 'TIMEFORMAT="CPU %U %S"; time "$@"'
    const command = ['-c', timed, 'bash', process.execPath, PROGRAM, 'doctor', directory]
    const { output } = await run('bash', command, { cwd: directory, env: cleanEnvironment() })
    const [, user, system] = /^CPU ([\d.]+) ([\d.]+)$/m.exec(output) ?? []
    expect(output).toMatch(/will fail\. \d+ errors/)
    // `npm run bench -- doctor` has the limit; this is for machines that are busy, with a bound that no square keeps.
    expect(Number(user) + Number(system)).toBeLessThan(6)
  })

  it('takes a merge conflict for what it is', async () => {
    const directory = temporaryFolder()
    writeFiles(directory, {
      '.github/workflows/release.yml':
        'on: push\n<<<<<<< HEAD\njobs: {}\n=======\njobs: []\n>>>>>>> x\n',
    })
    const { stdout, status } = await doctor([directory])
    expect(stdout).toContain('release.yml:2:')
    expect(stdout).toContain('merge conflict')
    expect(status).toBe(1)
  })
})
