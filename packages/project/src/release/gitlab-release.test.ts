import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { NodeProjectOptions } from '../options/node.ts'
import type { Project } from '../project.ts'
import { filesOf } from '../testing.ts'
import { jsii, node, python } from '../testing-definitions.ts'
import { ReleaseTrigger } from './choices.ts'

const GITLAB = { repository: 'https://gitlab.com/acme/tools/widget' }
const TRUSTED = { ...GITLAB, publishToNpm: { trustedPublishing: true } }

interface Job {
  readonly image: string
  readonly rules: readonly Readonly<Record<string, unknown>>[]
  readonly script: readonly string[]
  readonly environment?: string
  readonly id_tokens?: unknown
  readonly variables?: Readonly<Record<string, string>>
  readonly needs?: readonly string[]
}

function jobsOf(project: Project): Readonly<Record<string, Job>> {
  return parse(filesOf(project)['.gitlab-ci.yml'] ?? '{}')
}

function jobOf(project: Project, id: string): Job {
  const job = jobsOf(project)[id]
  if (job === undefined) throw new Error(`There is no job ${id}.`)
  return job
}

describe('ID tokens at GitLab', () => {
  it('are for the registry and for signing, where npm is published to', () => {
    expect(jobOf(node(TRUSTED), 'release_npm').id_tokens).toEqual({
      NPM_ID_TOKEN: { aud: 'npm:registry.npmjs.org' },
      SIGSTORE_ID_TOKEN: { aud: 'sigstore' },
    })
  })

  it('are for the one that is published to, PyPI or TestPyPI', () => {
    const project = python({
      ...GITLAB,
      publishToPypi: { trustedPublishing: true, testPypi: true },
    })
    expect(jobOf(project, 'release_pypi').id_tokens).toEqual({ PYPI_ID_TOKEN: { aud: 'pypi' } })
    const test = jobOf(project, 'release_testpypi')
    expect(test.id_tokens).toEqual({ TESTPYPI_ID_TOKEN: { aud: 'testpypi' } })
    expect(test.script.at(-1)).toContain('--publish-url https://test.pypi.org/legacy/')
    expect(test.script.at(-1)).toContain('--trusted-publishing always')
  })

  it('are for the registry of one’s own, and for no public one', () => {
    const registry = 'https://packages.acme.example'
    const npm = node({ ...GITLAB, publishToNpm: { trustedPublishing: true, registry } })
    expect(jobOf(npm, 'release_npm').id_tokens).toMatchObject({
      NPM_ID_TOKEN: { aud: 'npm:packages.acme.example' },
    })
    const twineRegistryUrl = `${registry}/legacy/`
    const own = { ...GITLAB, publishToPypi: { trustedPublishing: true, twineRegistryUrl } }
    expect(jobOf(python(own), 'release_pypi').id_tokens).toEqual({
      PACKAGES_ACME_EXAMPLE_ID_TOKEN: { aud: 'packages.acme.example' },
    })
  })

  it('are not asked for with a stored token', () => {
    const npm = jobOf(node({ ...GITLAB, publishToNpm: true }), 'release_npm')
    expect(npm.id_tokens).toBeUndefined()
    expect(npm.script.join('\n')).toContain(`_authToken=$\{NPM_TOKEN}`)
    const pypi = jobOf(python({ ...GITLAB, publishToPypi: true }), 'release_pypi')
    expect(pypi.id_tokens).toBeUndefined()
    expect(pypi.script.at(-1)).not.toContain('--trusted-publishing always')
  })
})

describe('the rules of a release at GitLab', () => {
  const TAG = { if: '$CI_COMMIT_TAG =~ /^v[0-9]/ && $CI_PIPELINE_SOURCE != "push"' }

  it.each<[string, Partial<NodeProjectOptions>, object[]]>([
    ['a push to a branch', {}, [TAG, { if: '$CI_COMMIT_BRANCH == "main"' }]],
    [
      'pushes to several branches',
      { releaseBranches: { 'release/1.x': { majorVersion: 1 } } },
      [TAG, { if: '$CI_COMMIT_BRANCH == "main"' }, { if: '$CI_COMMIT_BRANCH == "release/1.x"' }],
    ],
    [
      'paths',
      { releaseTrigger: ReleaseTrigger.continuous({ paths: ['src/**'] }) },
      [TAG, { if: '$CI_COMMIT_BRANCH == "main"', changes: ['src/**'] }],
    ],
    [
      'a schedule',
      { releaseTrigger: ReleaseTrigger.scheduled({ schedule: '0 4 * * 1' }) },
      [TAG, { if: '$CI_COMMIT_BRANCH == "main" && $CI_PIPELINE_SOURCE == "schedule"' }],
    ],
    [
      'a person',
      { releaseTrigger: ReleaseTrigger.manual() },
      [TAG, { if: '$CI_COMMIT_BRANCH == "main" && $CI_PIPELINE_SOURCE == "web"' }],
    ],
    [
      'tags with a prefix',
      { releaseTrigger: ReleaseTrigger.tagged(), releaseTagPrefix: 'a.b/' },
      [{ if: '$CI_COMMIT_TAG =~ /^a\\.b\\/v[0-9]/' }],
    ],
  ])('are those of %s', (_, options, expected) => {
    const project = node({ ...TRUSTED, ...options })
    for (const id of ['release', 'release_tag', 'release_npm'])
      expect([id, jobOf(project, id).rules]).toEqual([id, expected])
  })

  it('end a dry run with the build', () => {
    const project = node({ ...TRUSTED, publishDryRun: true })
    expect(jobOf(project, 'release').rules).not.toEqual([{ when: 'never' }])
    for (const id of ['release_tag', 'release_npm'])
      expect(jobOf(project, id).rules).toEqual([{ when: 'never' }])
  })
})

describe('a job at GitLab', () => {
  it('runs on an image of the Node that it needs', () => {
    const imageOf = (options: Partial<NodeProjectOptions>, id: string) =>
      jobOf(node({ ...TRUSTED, ...options }), id).image
    expect(imageOf({}, 'release_npm')).toBe('node:24-bookworm')
    expect(imageOf({ workflowNodeVersion: '18.x' }, 'release')).toBe('node:18-bookworm')
    expect(imageOf({ workflowNodeVersion: '18.x' }, 'release_npm')).toBe('node:24-bookworm')
    expect(imageOf({ workflowNodeVersion: '26' }, 'release_npm')).toBe('node:26-bookworm')
    expect(imageOf({ workflowNodeVersion: 'lts/*' }, 'release_npm')).toBe('node:24-bookworm')
    expect(imageOf({ workflowContainerImage: 'own:1' }, 'release')).toBe('own:1')
  })

  it('has all of the history and the variables of the definition, where it builds', () => {
    const { variables } = jobOf(node({ ...TRUSTED, releaseWorkflowEnv: { A: '1' } }), 'release')
    expect(variables).toEqual({ GIT_DEPTH: '0', A: '1' })
  })

  it('has the environment of the definition, where it publishes', () => {
    const own = node({ ...TRUSTED, releaseEnvironment: 'production' })
    expect(jobOf(own, 'release_npm').environment).toBe('production')
    expect(jobOf(node(TRUSTED), 'release').environment).toBeUndefined()
  })
})

describe('what GitLab has no words for', () => {
  const step = { name: 'Own', run: 'x' }

  it.each<[string, Partial<NodeProjectOptions>]>([
    ['postBuildSteps', { postBuildSteps: [step] }],
    ['releaseWorkflowSetupSteps', { releaseWorkflowSetupSteps: [step] }],
    ['prePublishSteps', { publishToNpm: { trustedPublishing: true, prePublishSteps: [step] } }],
    ['postPublishSteps', { publishToNpm: { trustedPublishing: true, postPublishSteps: [step] } }],
    ['releaseJobs', { releaseJobs: { own: { steps: [step] } } }],
    ['releaseFailureIssue', { releaseFailureIssue: true }],
    ['workflowRunsOn', { workflowRunsOn: ['self-hosted'] }],
    [
      'releaseBranches[…].environment',
      { releaseBranches: { next: { prerelease: 'beta', environment: 'e' } } },
    ],
  ])('is refused, not passed over: %s', (option, options) => {
    expect(() => filesOf(node({ ...TRUSTED, ...options }))).toThrow(
      expect.objectContaining({
        code: 'option_refused',
        message: expect.stringContaining(`${option} cannot be had here`),
      }),
    )
  })

  it('is refused for NuGet, whose trusted publishers are at GitHub', () => {
    expect(() => filesOf(jsii({ ...GITLAB, repositoryUrl: GITLAB.repository }))).toThrow(
      expect.objectContaining({ code: 'option_refused' }),
    )
  })

  it('can be said in its own words', () => {
    const project = node(TRUSTED)
    project.tryFindObjectFile('.gitlab-ci.yml')?.addOverride('release.tags', ['own-runner'])
    expect(jobOf(project, 'release')).toMatchObject({ tags: ['own-runner'] })
  })
})
