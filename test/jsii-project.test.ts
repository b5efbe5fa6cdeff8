import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { JsiiProject } from '@trustpub/project'
import { downloadCaches } from 'trustpub/src/tools/cache.ts'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { pythonClients } from './support/clients.ts'
import { cleanEnvironment } from './support/environment.ts'
import { temporaryFolder } from './support/folders.ts'
import { rehearse } from './support/rehearsal.ts'
import { run } from './support/tools.ts'

const VERSION = '1.3.0-beta.0'

/** Everything that has been generated is there, and nothing was changed by hand. */
const generated = temporaryFolder()

beforeAll(async () => {
  const project = new JsiiProject({
    name: '@acme/widget',
    outdir: generated,
    author: 'Acme',
    authorAddress: 'dev@acme.example',
    repositoryUrl: 'https://github.com/acme/widget.git',
    npmAccess: 'public',
    publishToNpm: { trustedPublishing: true },
    publishToPypi: { distName: 'acme-widget', module: 'acme_widget', trustedPublishing: true },
  })
  project.synth()
  const options = { cwd: generated, env: { ...cleanEnvironment(), ...downloadCaches() } }
  const locked = await run('npm', ['install', '--package-lock-only'], options)
  expect(locked).toMatchObject({ status: 0 })
  git(generated, 'init', '--quiet', '--initial-branch=main')
  git(generated, 'add', '--all')
  git(generated, 'commit', '--quiet', '--message', 'feat: greet people')
})

describe('a JsiiProject as it was generated', () => {
  it('is installed, built, tested and packed by the steps of its release', async (ctx) => {
    await pythonClients(ctx)
    const checkout = temporaryFolder()
    git(checkout, 'clone', '--quiet', generated, '.')
    const output = join(temporaryFolder(), 'output')
    const job = { VERSION, GITHUB_OUTPUT: output }
    const env = { ...cleanEnvironment(), ...downloadCaches(), ...job }
    for (const { name, run: script } of stepsAfterPlan()) {
      const played = await run('bash', ['-eo', 'pipefail', '-c', script], { cwd: checkout, env })
      expect(played.status, `${name}: ${played.output}`).toBe(0)
    }
    const tarball = `widget@${VERSION}.jsii.tgz`
    const python = ['acme_widget-1.3.0b0-py3-none-any.whl', 'acme_widget-1.3.0b0.tar.gz']
    expect(readdirSync(join(checkout, 'dist/js'))).toEqual([tarball])
    expect(readdirSync(join(checkout, 'dist/python')).sort()).toEqual(python)
    expect(namesIn(join(checkout, 'dist/js', tarball))).toEqual([
      'package/.jsii',
      'package/LICENSE',
      'package/README.md',
      'package/lib/index.d.ts',
      'package/lib/index.js',
      'package/package.json',
    ])
    expect(readFileSync(output, 'utf8').match(/^[0-9a-f]{64} /gm)).toHaveLength(3)
  })

  it('is rehearsed for npm and PyPI without an edit', async (ctx) => {
    await pythonClients(ctx)
    const { status, stdout } = await rehearse([generated])
    expect(stdout).toMatch(/✓ +release_npm +npm \S+ +@acme\/widget \S+( +✓){5}/)
    expect(stdout).toMatch(/✓ +release_pypi +twine \S+ +acme-widget \S+( +✓){5}/)
    expect(stdout).toContain('All 2 packages were published without a stored token')
    expect(status).toBe(0)
  })
})

interface Step {
  readonly name: string
  readonly run: string
}

/** The commands of the job that builds, from the installation on. */
function stepsAfterPlan(): readonly Step[] {
  const text = readFileSync(join(generated, '.github/workflows/release.yml'), 'utf8')
  const steps: readonly Partial<Step>[] = parse(text).jobs.release.steps
  const from = steps.findIndex(({ name }) => name === 'Install dependencies')
  return steps.slice(from).filter((step): step is Step => step.run !== undefined)
}

function namesIn(tarball: string): readonly string[] {
  const names = execFileSync('tar', ['--list', '--file', tarball], { encoding: 'utf8' })
  return names.trim().split('\n').sort()
}

function git(cwd: string, ...args: readonly string[]): void {
  const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.com']
  execFileSync('git', [...who, ...args], { cwd })
}
