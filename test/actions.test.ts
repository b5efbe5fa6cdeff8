import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { cleanEnvironment } from './support/environment.ts'
import { temporaryFolder } from './support/folders.ts'
import { githubJob } from './support/job.ts'
import { npmPackage } from './support/npm-packages.ts'
import { openTestRegistry, runOf } from './support/registry.ts'
import { type Finished, run } from './support/tools.ts'

const ROOT = join(import.meta.dirname, '..')
const FIXTURES = join(ROOT, 'packages/pipeline/fixtures/checks')

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>
  readonly runs: {
    readonly steps: readonly { readonly run: string; readonly env: Record<string, string> }[]
  }
}

/** Runs the steps of a composite action as GitHub would, in a folder that is the workspace. */
async function runAction(
  name: string,
  inputs: Readonly<Record<string, string>>,
  workspace: string,
  env: Readonly<Record<string, string | undefined>> = cleanEnvironment(),
): Promise<Finished> {
  const path = join(ROOT, 'actions', name)
  const action = parse(readFileSync(join(path, 'action.yml'), 'utf8')) as Action
  const values: Record<string, string> = { 'github.action_path': path }
  for (const [input, { default: value }] of Object.entries(action.inputs)) {
    values[`inputs.${input}`] = inputs[input] ?? value
  }
  let finished: Finished = { status: 0, output: '', stdout: '' }
  for (const step of action.runs.steps) {
    const own = Object.entries(step.env).map(([variable, text]) => [
      variable,
      text.replace(/\$\{\{ ([\w.-]+) \}\}/g, (_, key: string) => values[key] ?? ''),
    ])
    const options = { cwd: workspace, env: { ...env, ...Object.fromEntries(own) } }
    const done = await run(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run],
      options,
    )
    finished = { ...done, output: finished.output + done.output }
    if (done.status !== 0) break
  }
  return finished
}

function workspaceOf(fixture: string): string {
  const folder = temporaryFolder()
  cpSync(join(FIXTURES, fixture), folder, { recursive: true })
  return folder
}

describe('the action that runs doctor', () => {
  it('fails with annotations where a release would fail', async () => {
    const env = { ...cleanEnvironment(), GITHUB_ACTIONS: 'true' }
    const { status, output } = await runAction(
      'doctor',
      {},
      workspaceOf('npm-too-old/failing'),
      env,
    )
    expect(output).toMatch(/^::error file=\.github\/workflows\/release\.yml,line=15,/m)
    expect(status).toBe(1)
  })

  it('passes where it would not, and writes SARIF where that is wanted', async () => {
    const workspace = workspaceOf('npm-too-old/passing')
    const { status } = await runAction('doctor', { sarif: 'doctor.sarif' }, workspace)
    expect(status).toBe(0)
    const sarif = JSON.parse(readFileSync(join(workspace, 'doctor.sarif'), 'utf8'))
    expect(sarif.version).toBe('2.1.0')
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

describe('actions and components', () => {
  it.each(['doctor', 'preflight'])('%s puts no input into a script', (name) => {
    const action = parse(readFileSync(join(ROOT, 'actions', name, 'action.yml'), 'utf8')) as Action
    for (const { run: script } of action.runs.steps) expect(script).not.toContain('${{')
  })

  it.each(['doctor', 'preflight'])('the GitLab component %s is a header and a job', (name) => {
    const text = readFileSync(join(ROOT, 'templates', `${name}.yml`), 'utf8')
    const documents = parseAllDocuments(text)
    expect(documents).toHaveLength(2)
    const [header, jobs] = [documents[0]?.toJS(), documents[1]?.toJS()]
    const [job] = Object.values(jobs) as [{ script: string[]; variables: Record<string, string> }]
    for (const line of job.script) expect(line).not.toContain('$[[')
    const used = [...text.matchAll(/\$\[\[ inputs\.(\w+) \]\]/g)].map(([, input]) => input)
    expect(new Set(used)).toEqual(new Set(Object.keys(header.spec.inputs)))
  })
})
