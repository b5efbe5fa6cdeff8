import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { cleanEnvironment, type Variables } from './support/environment.ts'
import { temporaryFolder } from './support/folders.ts'
import { githubJob, gitlabJob } from './support/job.ts'
import { zizmor } from './support/linters.ts'
import { npmPackage } from './support/npm-packages.ts'
import { openTestRegistry, runOf } from './support/registry.ts'
import { type Finished, run } from './support/tools.ts'

const ROOT = join(import.meta.dirname, '..')
const FIXTURES = join(ROOT, 'packages/pipeline/fixtures/checks')
const NAMES = ['doctor', 'preflight'] as const
type Name = (typeof NAMES)[number]

interface Step {
  readonly run?: string
  readonly env?: Readonly<Record<string, string>>
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>
  readonly runs: { readonly steps: readonly Step[] }
}

interface Component {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>
  readonly job: {
    readonly script: readonly string[]
    readonly variables: Readonly<Record<string, string>>
  }
}

const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const actionOf = (name: Name) => parse(textOf(`actions/${name}/action.yml`)) as Action

function componentOf(name: Name): Component {
  const [header, jobs] = parseAllDocuments(textOf(`templates/${name}.yml`)).map((one) => one.toJS())
  const [job] = Object.values(jobs)
  return { inputs: header.spec.inputs, job: job as Component['job'] }
}

/** The text of a file with what CI puts in for its inputs. */
function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$(?:\{\{|\[\[) ([\w.-]+) (?:\}\}|\]\])/g,
    (_, key: string) => values[key] ?? '',
  )
}

function inputsOf(
  { inputs }: Action | Component,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const all = Object.entries(inputs).map(([name, { default: value }]) => [
    `inputs.${name}`,
    given[name] ?? value,
  ])
  return Object.fromEntries(all)
}

const bash = (script: string, cwd: string, env: Variables) =>
  run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], { cwd, env })

/** Runs the scripts of a composite action as GitHub would, in a folder that is the workspace. */
async function runAction(
  name: Name,
  inputs: Readonly<Record<string, string>>,
  workspace: string,
  env: Variables = cleanEnvironment(),
): Promise<Finished> {
  const action = actionOf(name)
  const values = { ...inputsOf(action, inputs), 'github.action_path': join(ROOT, 'actions', name) }
  const temporary = temporaryFolder()
  const runner = {
    GITHUB_WORKSPACE: workspace,
    GITHUB_OUTPUT: join(temporary, 'output'),
    RUNNER_TEMP: temporary,
  }
  let finished: Finished = { status: 0, output: '', stdout: '' }
  for (const { run: script, env: own = {} } of action.runs.steps) {
    if (script === undefined) continue
    const set = Object.entries(own).map(([variable, text]) => [variable, filled(text, values)])
    const done = await bash(script, workspace, { ...runner, ...env, ...Object.fromEntries(set) })
    finished = { ...done, output: finished.output + done.output }
    if (done.status !== 0) break
  }
  return finished
}

/** Runs the job of a component as GitLab would; what it clones is this repository. */
function runComponent(
  name: Name,
  inputs: Readonly<Record<string, string>>,
  project: string,
  env: Variables = cleanEnvironment(),
): Promise<Finished> {
  const component = componentOf(name)
  const values = inputsOf(component, inputs)
  const set = Object.entries(component.job.variables).map(([variable, text]) => [
    variable,
    filled(text, values),
  ])
  const tools = programs({ git: `if [ "$1" = clone ]; then ln -s "${ROOT}" "$4"; fi` })
  return bash(component.job.script.join('\n'), project, {
    ...env,
    ...Object.fromEntries(set),
    CI_PROJECT_DIR: project,
    TRUSTPUB_HOME: join(temporaryFolder(), 'trustpub'),
    PATH: `${tools}:${process.env.PATH}`,
  })
}

/** A folder of programs that stand in the way of real ones. */
function programs(scripts: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder()
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/usr/bin/env bash\n${script}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return folder
}

function workspaceOf(fixture: string): string {
  const folder = temporaryFolder()
  cpSync(join(FIXTURES, fixture), folder, { recursive: true })
  return folder
}

describe('the action that runs doctor', () => {
  it('fails with annotations where a release would fail', async () => {
    const env = { ...cleanEnvironment(), GITHUB_ACTIONS: 'true' }
    const workspace = workspaceOf('npm-too-old/failing')
    const { status, output } = await runAction('doctor', {}, workspace, env)
    expect(output).toMatch(/^::error file=\.github\/workflows\/release\.yml,line=15,/m)
    expect(status).toBe(1)
  })

  it('names files by their path in the workspace, wherever the repository is in it', async () => {
    const workspace = temporaryFolder()
    cpSync(join(FIXTURES, 'npm-too-old/failing'), join(workspace, 'code'), { recursive: true })
    const env = { ...cleanEnvironment(), GITHUB_ACTIONS: 'true' }
    const { output } = await runAction('doctor', { directory: 'code' }, workspace, env)
    expect(output).toMatch(/^::error file=code\/\.github\/workflows\/release\.yml,line=15,/m)
  })

  it('passes where it would not, and writes SARIF where that is wanted', async () => {
    const workspace = workspaceOf('npm-too-old/passing')
    const { status } = await runAction('doctor', { sarif: 'doctor.sarif' }, workspace)
    expect(status).toBe(0)
    const sarif = JSON.parse(readFileSync(join(workspace, 'doctor.sarif'), 'utf8'))
    expect(sarif.version).toBe('2.1.0')
  })

  it('leaves SARIF for code scanning also where it fails, and none where it could not run', async () => {
    const output = join(temporaryFolder(), 'output')
    const env = { ...cleanEnvironment(), GITHUB_OUTPUT: output }
    const upload = { 'upload-sarif': 'true' }
    const missing = await runAction('doctor', { ...upload, directory: 'x' }, temporaryFolder(), env)
    expect(missing.status).not.toBe(0)
    expect(existsSync(output)).toBe(false)
    const failed = await runAction('doctor', upload, workspaceOf('npm-too-old/failing'), env)
    expect(failed.status).toBe(1)
    const [, file = ''] = /^sarif=(.+)$/m.exec(readFileSync(output, 'utf8')) ?? []
    expect(JSON.parse(readFileSync(file, 'utf8')).runs[0].results).toHaveLength(1)
  })

  it('takes no input for a command', async () => {
    const workspace = workspaceOf('npm-too-old/passing')
    const { status } = await runAction('doctor', { directory: '$(touch pwned); --fix' }, workspace)
    expect(status).not.toBe(0)
    expect(existsSync(join(workspace, 'pwned'))).toBe(false)
  })
})

describe('the action that exchanges before a release', () => {
  it('passes if the registry trusts the job, uploads nothing, and fails if not', async () => {
    const registry = await openTestRegistry()
    const workspace = npmPackage('@acme/preflight', '1.0.0')
    const env = { ...githubJob(registry, runOf(registry)), NPM_CONFIG_REGISTRY: registry.url }
    const packages = { packages: `. --registry ${registry.url}` }
    const refused = await runAction('preflight', packages, workspace, env)
    expect(refused.output).toContain('no trusted publisher')
    expect(refused.status).not.toBe(0)
    await registry.trust(['npm:@acme/preflight'])
    const passed = await runAction('preflight', packages, workspace, env)
    expect(passed.output).toContain('dry run')
    expect(passed.status).toBe(0)
    expect(await registry.exists('@acme/preflight')).toBe(false)
  })
})

describe('the components for GitLab', () => {
  it('report to the merge request what would fail, and fail', async () => {
    const project = workspaceOf('gitlab-global-id-tokens/failing')
    const { status, output } = await runComponent('doctor', {}, project)
    expect(output).toContain('error .gitlab-ci.yml:')
    expect(status).toBe(1)
    const report = JSON.parse(readFileSync(join(project, 'gl-code-quality-report.json'), 'utf8'))
    expect(report).toContainEqual(
      expect.objectContaining({ check_name: 'gitlab-global-id-tokens', severity: 'critical' }),
    )
  })

  it('let a release pass that works, and a warning only where nobody is strict', async () => {
    const project = workspaceOf('gitlab-child-pipeline/failing')
    expect((await runComponent('doctor', {}, project)).status).toBe(0)
    expect((await runComponent('doctor', { strict: 'true' }, project)).status).toBe(1)
  })

  it('exchange ID tokens of the job, and upload nothing', async () => {
    const registry = await openTestRegistry()
    const project = npmPackage('@acme/preflight', '1.0.0')
    const audience = `npm:${new URL(registry.url).hostname}`
    const env = await gitlabJob(registry, runOf(registry, 'gitlab'), { NPM_ID_TOKEN: audience })
    const packages = { packages: `. --registry ${registry.url}` }
    const refused = await runComponent('preflight', packages, project, env)
    expect(refused.status).not.toBe(0)
    await registry.trust(['npm:@acme/preflight'], { provider: 'gitlab' })
    const passed = await runComponent('preflight', packages, project, env)
    expect(passed.output).toContain('dry run')
    expect(passed.status).toBe(0)
    expect(await registry.exists('@acme/preflight')).toBe(false)
  })
})

describe('the build of the command', () => {
  /** A checkout in which nothing is built. */
  function checkout(): string {
    const folder = temporaryFolder()
    cpSync(join(ROOT, 'actions'), join(folder, 'actions'), { recursive: true })
    mkdirSync(join(folder, 'packages/cli'), { recursive: true })
    return folder
  }

  const build = (folder: string, env: Variables) =>
    run('bash', [join(folder, 'actions/build.sh')], { cwd: temporaryFolder(), env })

  it('installs what the lock file says, runs no scripts of others, and hands on nothing of the job', async () => {
    const folder = checkout()
    const seen = join(folder, 'seen')
    const tools = programs({ npm: `{ pwd; echo "$@"; env; } >> "${seen}"` })
    const secrets = {
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'secret-1',
      ACTIONS_ID_TOKEN_REQUEST_URL: 'https://secret-2.example.com',
      GITHUB_TOKEN: 'secret-3',
      NODE_AUTH_TOKEN: 'secret-4',
      NPM_ID_TOKEN: 'secret-5',
      SIGSTORE_ID_TOKEN: 'secret-6',
    }
    const settings = { NPM_CONFIG_USERCONFIG: '/the/jobs/npmrc', NODE_ENV: 'production' }
    const env = { ...cleanEnvironment(), ...secrets, ...settings }
    const { status } = await build(folder, { ...env, PATH: `${tools}:${process.env.PATH}` })
    expect(status).toBe(0)
    const text = readFileSync(seen, 'utf8')
    expect(text.split('\n').slice(0, 2)).toEqual([
      folder,
      expect.stringMatching(/^ci --ignore-scripts/),
    ])
    expect(text).not.toMatch(/secret-|the\/jobs|production/)
  })

  it('is done once', async () => {
    const folder = checkout()
    symlinkSync(join(ROOT, 'packages/cli/dist'), join(folder, 'packages/cli/dist'))
    const tools = programs({ npm: 'exit 9' })
    const env = { ...cleanEnvironment(), PATH: `${tools}:${process.env.PATH}` }
    expect((await build(folder, env)).status).toBe(0)
  })

  it('says which Node is wanted where the job has an older one', async () => {
    const tools = programs({ node: 'if [ "$1" = --version ]; then echo v18.20.8; else exit 1; fi' })
    const env = { ...cleanEnvironment(), PATH: `${tools}:${process.env.PATH}` }
    const { status, output } = await build(checkout(), env)
    expect(output).toContain('needs Node 20.19 or newer, and this job has v18.20.8')
    expect(status).toBe(3)
  })
})

describe.each(NAMES)('the files of %s', (name) => {
  it('put no input into a script', () => {
    for (const { run: script } of actionOf(name).runs.steps)
      expect(script ?? '').not.toContain('${{')
    for (const line of componentOf(name).job.script) expect(line).not.toContain('$[[')
  })

  it('name actions of others by their commit, with the version beside it', () => {
    const uses = [...textOf(`actions/${name}/action.yml`).matchAll(/^\s*(?:- )?uses: (.+)$/gm)]
    for (const [, action] of uses) expect(action).toMatch(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d/)
  })

  it('give zizmor nothing to find, however pedantic it is', async (ctx) => {
    const program = await zizmor(ctx)
    const file = join(ROOT, 'actions', name, 'action.yml')
    const args = ['--persona', 'pedantic', '--offline', '--no-config', '--no-progress', file]
    const { output } = await run(program, args, { cwd: ROOT, env: cleanEnvironment() })
    expect(output).toContain('No findings to report.')
  })

  it('use every input, and none that is not declared', () => {
    const action = textOf(`actions/${name}/action.yml`)
    const component = textOf(`templates/${name}.yml`)
    const used = (text: string) =>
      new Set([...text.matchAll(/(?<=[^.\w])inputs\.([\w-]+)/g)].map(([, input]) => input))
    expect(used(action)).toEqual(new Set(Object.keys(actionOf(name).inputs)))
    expect(used(component)).toEqual(new Set(Object.keys(componentOf(name).inputs)))
  })
})
