import { JsiiProject } from './jsii/jsii-project.ts'
import { NodeProject } from './node/node-project.ts'
import { TypeScriptProject } from './node/typescript-project.ts'
import type { JsiiProjectOptions } from './options/jsii.ts'
import type { NodeProjectOptions } from './options/node.ts'
import type { PythonProjectOptions } from './options/python.ts'
import type { Project } from './project.ts'
import { PythonProject } from './python/python-project.ts'
import { ReleaseTrigger } from './release/choices.ts'
import { NOWHERE } from './testing.ts'

const NAMED = { name: '@acme/widget', outdir: NOWHERE, repository: 'acme/widget' }
const TRUSTED: Partial<NodeProjectOptions> = { publishToNpm: { trustedPublishing: true } }

export function node(options: Partial<NodeProjectOptions> = TRUSTED): NodeProject {
  return new NodeProject({ ...NAMED, ...options })
}

export function jsii(options: Partial<JsiiProjectOptions> = {}): JsiiProject {
  return new JsiiProject({
    ...NAMED,
    author: 'Acme',
    authorAddress: 'dev@acme.example',
    repositoryUrl: 'https://github.com/acme/widget.git',
    publishToNpm: { trustedPublishing: true },
    publishToPypi: { distName: 'acme-widget', module: 'acme_widget', trustedPublishing: true },
    publishToNuget: {
      dotNetNamespace: 'Acme.Widget',
      packageId: 'Acme.Widget',
      trustedPublishing: true,
    },
    ...options,
  })
}

export function python(options: Partial<PythonProjectOptions> = {}): PythonProject {
  return new PythonProject({
    ...NAMED,
    name: 'acme-widget',
    publishToPypi: { trustedPublishing: true },
    ...options,
  })
}

function monorepo(options: Partial<NodeProjectOptions> = {}): Project {
  const root = node({ publishToNpm: false, ...options })
  new TypeScriptProject({ name: '@acme/a', parent: root, outdir: 'packages/a', ...TRUSTED })
  new PythonProject({
    name: 'acme-b',
    parent: root,
    outdir: 'packages/b',
    publishToPypi: { trustedPublishing: true },
  })
  return root
}

const BRANCHES = {
  majorVersion: 3,
  releaseBranches: {
    '2.x': { majorVersion: 2 },
    next: { prerelease: 'beta', npmDistTag: 'next', environment: 'next env' },
  },
}

type Definitions = Readonly<Record<string, () => Project>>

/** Definitions whose workflows differ in something, for tests that go over all of them. */
export const AT_GITHUB: Definitions = {
  'Node, nothing published': () => node({}),
  'Node, trusted': () => node(),
  'Node, with a stored token': () => node({ publishToNpm: true }),
  'Node, with a stored token and provenance': () =>
    node({ publishToNpm: true, npmProvenance: true, npmAccess: 'public' }),
  'Node, GitHub Packages': () =>
    node({ publishToNpm: true, npmRegistryUrl: 'https://npm.pkg.github.com' }),
  'Node, another registry': () => node({ ...TRUSTED, npmRegistryUrl: 'https://npm.acme.example' }),
  'Node, branches': () => node({ ...TRUSTED, ...BRANCHES }),
  'Node, old versions': () =>
    node({ ...TRUSTED, minNodeVersion: '18.12.0', workflowNodeVersion: '18.x' }),
  'Node, pnpm': () => node({ ...TRUSTED, packageManager: 'pnpm', releaseFailureIssue: true }),
  'Node, bun': () => node({ ...TRUSTED, packageManager: 'bun' }),
  'Node, Yarn': () => node({ ...TRUSTED, packageManager: 'yarn_berry', dependabot: true }),
  'Node, tags': () => node({ ...TRUSTED, releaseTrigger: ReleaseTrigger.tagged() }),
  'Node, schedule': () =>
    node({ ...TRUSTED, releaseTrigger: ReleaseTrigger.scheduled({ schedule: '0 4 * * 1' }) }),
  'Node, paths': () =>
    node({ ...TRUSTED, releaseTrigger: ReleaseTrigger.continuous({ paths: ['src/**'] }) }),
  'Node, by hand, dry': () =>
    node({ ...TRUSTED, releaseTrigger: ReleaseTrigger.manual(), publishDryRun: true }),
  'Node, steps and jobs of its own': () =>
    node({
      ...TRUSTED,
      workflowBootstrapSteps: [{ name: 'Bootstrap', run: 'echo bootstrap' }],
      releaseWorkflowSetupSteps: [{ name: 'Set up', run: 'echo setup' }],
      postBuildSteps: [{ name: 'After the build', run: 'echo built', if: `$\{{ always() }}` }],
      releaseWorkflowEnv: { A: '1' },
      workflowRunsOn: ['self-hosted', 'linux'],
      workflowContainerImage: 'node:24-bookworm',
      releaseJobs: {
        own: {
          name: 'Own',
          permissions: {},
          steps: [{ name: 'Own', run: 'echo own' }],
        },
      },
    }),
  TypeScript: () => new TypeScriptProject({ ...NAMED, ...TRUSTED }),
  JSII: () => jsii(),
  'JSII, npm only': () => jsii({ publishToPypi: undefined, publishToNuget: undefined }),
  'JSII, stored tokens': () =>
    jsii({
      publishToNpm: true,
      publishToPypi: { distName: 'acme-widget', module: 'acme_widget' },
      publishToNuget: { dotNetNamespace: 'Acme.Widget', packageId: 'Acme.Widget' },
    }),
  'JSII, branches': () => jsii(BRANCHES),
  'Python, nothing published': () => python({ publishToPypi: false }),
  'Python, uv': () => python(),
  'Python, hatch': () => python({ buildTool: 'hatch' }),
  'Python, setuptools': () => python({ buildTool: 'setuptools' }),
  'Python, poetry': () => python({ buildTool: 'poetry' }),
  'Python, TestPyPI too': () =>
    python({ publishToPypi: { trustedPublishing: true, testPypi: true, attestations: false } }),
  'Python, with a stored token': () => python({ publishToPypi: true }),
  'several packages': () => monorepo(),
}

const GITLAB = { repository: 'https://gitlab.com/acme/tools/widget' }

export const AT_GITLAB: Definitions = {
  'Node, nothing published': () => node(GITLAB),
  'Node, trusted': () => node({ ...TRUSTED, ...GITLAB }),
  'Node, with a stored token': () => node({ publishToNpm: true, ...GITLAB }),
  'Node, branches': () =>
    node({ ...TRUSTED, ...GITLAB, releaseBranches: { '2.x': { majorVersion: 2 } } }),
  'Node, tags': () => node({ ...TRUSTED, ...GITLAB, releaseTrigger: ReleaseTrigger.tagged() }),
  'Node, schedule': () =>
    node({
      ...TRUSTED,
      ...GITLAB,
      releaseTrigger: ReleaseTrigger.scheduled({ schedule: '0 4 * * 1' }),
    }),
  'Node, paths': () =>
    node({
      ...TRUSTED,
      ...GITLAB,
      releaseTrigger: ReleaseTrigger.continuous({ paths: ['src/**'] }),
    }),
  'Node, by hand, dry': () =>
    node({
      ...TRUSTED,
      ...GITLAB,
      releaseTrigger: ReleaseTrigger.workflowDispatch(),
      publishDryRun: true,
    }),
  TypeScript: () => new TypeScriptProject({ ...NAMED, ...TRUSTED, ...GITLAB }),
  JSII: () => jsii({ ...GITLAB, repositoryUrl: GITLAB.repository, publishToNuget: undefined }),
  'Python, uv': () => python(GITLAB),
  'Python, poetry': () => python({ ...GITLAB, buildTool: 'poetry' }),
  'Python, TestPyPI only': () =>
    python({ ...GITLAB, publishToPypi: { trustedPublishing: true, testPypi: 'only' } }),
  'Python, with a stored token': () => python({ ...GITLAB, publishToPypi: true }),
  'several packages': () => monorepo(GITLAB),
}
