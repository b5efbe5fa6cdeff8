import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, utimesSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { type PythonBuildTool, PythonProject } from '@trustpub/project'
import { downloadCaches } from 'trustpub/src/tools/cache.ts'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { pythonClients } from './support/clients.ts'
import { cleanEnvironment, type Variables } from './support/environment.ts'
import { temporaryFolder } from './support/folders.ts'
import { rehearse } from './support/rehearsal.ts'
import { type Finished, type PythonTools, run } from './support/tools.ts'

describe('a PythonProject as it was generated', () => {
  it.for(['uv', 'setuptools'] as const)(
    'is installed, built, tested and packed by the steps of its release, with %s',
    async (buildTool, ctx) => {
      const env = environment(await pythonClients(ctx))
      const checkout = temporaryFolder()
      git(checkout, 'clone', '--quiet', await generated(buildTool, env), '.')
      const job = new BuildJob(checkout, env)
      for (const id of ['plan', 'install', 'set_version', 'build', 'unchanged', 'pack']) {
        const played = await job.play(id)
        expect(played.status, `${id}: ${played.output}`).toBe(0)
      }
      expect(changedLines(checkout, 'pyproject.toml')).toEqual([
        '-version = "0.0.0"',
        '+version = "0.1.0"',
      ])
      const names = ['acme_widget-0.1.0-py3-none-any.whl', 'acme_widget-0.1.0.tar.gz']
      expect(readdirSync(join(checkout, 'dist/python')).sort()).toEqual(names)

      const before = digests(checkout)
      utimesSync(join(checkout, 'src/acme_widget/__init__.py'), 1_000_000_000, 1_000_000_000)
      expect(await job.play('pack')).toMatchObject({ status: 0 })
      expect(digests(checkout)).toBe(before)
    },
  )

  it.for(['uv', 'hatch', 'setuptools', 'poetry'] as const)(
    'is rehearsed for PyPI without an edit, with %s',
    async (buildTool, ctx) => {
      const env = environment(await pythonClients(ctx))
      const { status, stdout } = await rehearse([await generated(buildTool, env)])
      expect(stdout).toMatch(/✓ +release_pypi +twine \S+ +acme-widget \S+( +✓){5}/)
      expect(status).toBe(0)
    },
  )
})

/** A repository with one feature; the lock file is there where uv can write it. */
async function generated(buildTool: PythonBuildTool, env: Variables): Promise<string> {
  const folder = temporaryFolder()
  const project = new PythonProject({
    name: 'acme-widget',
    outdir: folder,
    repository: 'acme/widget',
    authorName: 'Ann',
    authorEmail: 'ann@acme.example',
    buildTool,
    publishToPypi: { trustedPublishing: true },
  })
  project.synth()
  if (buildTool === 'uv') {
    expect(await run('uv', ['lock'], { cwd: folder, env })).toMatchObject({ status: 0 })
  }
  git(folder, 'init', '--quiet', '--initial-branch=main')
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '--message', 'feat: greet people')
  return folder
}

/** The tools as setup-python and setup-uv would put them there. */
function environment({ uv }: PythonTools): Variables {
  const env = { ...cleanEnvironment(), ...downloadCaches(), UV_PYTHON_DOWNLOADS: 'never' }
  return { ...env, PATH: [dirname(uv), process.env.PATH].join(delimiter) }
}

interface Step {
  readonly id: string
  readonly run: string
  readonly env?: Readonly<Record<string, string>>
}

/** The job that builds, as far as it runs commands. */
class BuildJob {
  readonly #checkout: string
  readonly #env: Variables
  readonly #steps: readonly Step[]
  readonly #output: string = join(temporaryFolder(), 'output')

  constructor(checkout: string, env: Variables) {
    this.#checkout = checkout
    this.#env = { ...env, GITHUB_OUTPUT: this.#output }
    const text = readFileSync(join(checkout, '.github/workflows/release.yml'), 'utf8')
    this.#steps = parse(text).jobs.release.steps
  }

  play(id: string): Promise<Finished> {
    const { run: script = 'false', env = {} } = this.#steps.find((step) => step.id === id) ?? {}
    const own = Object.entries(env).map(([name, value]) => [name, this.#valueOf(value)])
    const options = { cwd: this.#checkout, env: { ...this.#env, ...Object.fromEntries(own) } }
    return run('bash', ['-eo', 'pipefail', '-c', script], options)
  }

  /** An output of the plan; everything else that steps ask for is the branch. */
  #valueOf(text: string): string {
    const output = /steps\.plan\.outputs\.(\w+)/.exec(text)?.[1]
    if (output === undefined) return 'main'
    const outputs = readFileSync(this.#output, 'utf8')
    return new RegExp(`^${output}=(.*)$`, 'm').exec(outputs)?.[1] ?? ''
  }
}

function changedLines(folder: string, file: string): readonly string[] {
  const diff = git(folder, 'diff', '--unified=0', '--', file)
  return diff.split('\n').filter((line) => /^[+-](?![+-]{2})/.test(line))
}

function digests(folder: string): string {
  const files = readdirSync(join(folder, 'dist/python')).sort()
  const cwd = join(folder, 'dist/python')
  return execFileSync('sha256sum', files, { cwd, encoding: 'utf8' })
}

function git(cwd: string, ...args: readonly string[]): string {
  const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.com']
  return execFileSync('git', [...who, ...args], { cwd, encoding: 'utf8' })
}
