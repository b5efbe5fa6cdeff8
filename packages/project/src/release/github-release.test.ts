import { describe, expect, it } from 'vitest'
import type { NodeProjectOptions } from '../options/node.ts'
import { releaseJob, stepOf, workflowsOf } from '../testing.ts'
import { jsii, node, python } from '../testing-definitions.ts'
import { ReleasableCommits, ReleaseTrigger } from './choices.ts'

const TRUSTED = { publishToNpm: { trustedPublishing: true } }

function release(options: Partial<NodeProjectOptions> = {}) {
  const workflow = workflowsOf(node({ ...TRUSTED, ...options }))['release.yml']
  if (workflow === undefined) throw new Error('There is no release.')
  return workflow
}

describe('the trigger of a release', () => {
  const dispatch = {
    inputs: { dry_run: expect.objectContaining({ type: 'boolean', default: false }) },
  }

  it.each<[string, Partial<NodeProjectOptions>, object]>([
    ['is a push to the release branch', {}, { push: { branches: ['main'] } }],
    [
      'is a push to any release branch, in one file',
      { releaseBranches: { '2.x': { majorVersion: 2 }, next: { prerelease: 'beta' } } },
      { push: { branches: ['main', '2.x', 'next'] } },
    ],
    [
      'names branches as they are, not as patterns',
      { defaultReleaseBranch: 'c++', releaseBranches: { '!x': { majorVersion: 2 } } },
      { push: { branches: ['c\\+\\+', '\\!x'] } },
    ],
    [
      'can be limited to paths',
      { releaseTrigger: ReleaseTrigger.continuous({ paths: ['src/**'] }) },
      { push: { branches: ['main'], paths: ['src/**'] } },
    ],
    [
      'can be a schedule',
      { releaseTrigger: ReleaseTrigger.scheduled({ schedule: '0 4 * * 1' }) },
      { schedule: [{ cron: '0 4 * * 1' }] },
    ],
    [
      'can be version tags, and no branch besides',
      { releaseTrigger: ReleaseTrigger.tagged(), releaseTagPrefix: 'widget-' },
      { push: { tags: ['widget-v*'] } },
    ],
    [
      'can be tags of one’s own',
      { releaseTrigger: ReleaseTrigger.tagged({ tags: ['r*'] }) },
      { push: { tags: ['r*'] } },
    ],
    ['can be a person', { releaseTrigger: ReleaseTrigger.manual() }, {}],
  ])('%s', (_, options, expected) => {
    expect(release(options).on).toEqual({ ...expected, workflow_dispatch: dispatch })
  })

  it.each([{ kind: 'tagged' }, 'tagged', true])(
    'must be made by ReleaseTrigger, not %j',
    (trigger) => {
      expect(() => node({ ...TRUSTED, releaseTrigger: trigger as never })).toThrow(
        expect.objectContaining({ code: 'option_type' }),
      )
    },
  )
})

describe('a dry run', () => {
  it('of a person or of the definition ends before the tag', () => {
    expect(release().jobs.release_tag?.if).toBe(
      "needs.release.outputs.release == 'true' && !inputs.dry_run",
    )
    expect(release({ publishDryRun: true }).jobs.release_tag?.if).toMatch(/ && false$/)
  })
})

describe('the build', () => {
  it('does nothing that costs time before it knows whether there is a release', () => {
    const { steps = [] } = release().jobs.release ?? {}
    const plan = steps.findIndex(({ id }) => id === 'plan')
    expect(steps.slice(0, plan).map(({ id }) => id)).toEqual(['checkout', 'setup_node'])
    const after = steps.slice(plan + 1)
    expect(
      after.filter((step) => !step.if?.startsWith("steps.plan.outputs.release == 'true'")),
    ).toEqual([])
  })

  it('has all of the history, and the branch by a variable', () => {
    const job = release().jobs.release
    if (job === undefined) return expect.unreachable()
    expect(stepOf(job, 'checkout').with).toMatchObject({ 'fetch-depth': 0 })
    expect(stepOf(job, 'plan').env).toEqual({
      BRANCH: `$\{{ github.ref_type == 'branch' && github.ref_name || '' }}`,
    })
  })

  it.each([
    ['a == b', "steps.plan.outputs.release == 'true' && (a == b)"],
    [`$\{{ always() }}`, "steps.plan.outputs.release == 'true' && (always())"],
    [undefined, "steps.plan.outputs.release == 'true'"],
  ])('adds to the condition of a step: %j', (condition, expected) => {
    const own = { name: 'Own', id: 'own', run: 'x', if: condition }
    const job = release({ postBuildSteps: [own] }).jobs.release
    if (job === undefined) return expect.unreachable()
    expect(stepOf(job, 'own').if).toBe(expected)
  })

  it('hands the lists of a definition on without changing them', () => {
    const step = Object.freeze({ name: 'Own', run: 'x' })
    const list = Object.freeze([step])
    const project = node({
      publishToNpm: { trustedPublishing: true, prePublishSteps: list, postPublishSteps: list },
      postBuildSteps: list,
      releaseWorkflowSetupSteps: list,
      workflowBootstrapSteps: list,
    })
    expect(releaseJob(project, 'release').steps.filter(({ name }) => name === 'Own').length).toBe(3)
    const publish = releaseJob(project, 'release_npm').steps.map(({ name }) => name)
    expect(publish.slice(-3)).toEqual(['Own', 'Release', 'Own'])
  })
})

describe('the job that publishes to npm', () => {
  it('asks for an ID token only where it is trusted or proves its origin', () => {
    const permissions = (options: Partial<NodeProjectOptions>) =>
      releaseJob(node(options), 'release_npm').permissions
    expect(permissions(TRUSTED)).toEqual({ 'id-token': 'write', contents: 'read' })
    expect(permissions({ publishToNpm: true })).toEqual({ contents: 'read' })
    expect(permissions({ publishToNpm: { npmProvenance: true } })).toEqual({
      'id-token': 'write',
      contents: 'read',
    })
  })

  it('takes the token of the run at GitHub Packages, and may write there', () => {
    const project = node({ publishToNpm: true, npmRegistryUrl: 'https://npm.pkg.github.com' })
    const job = releaseJob(project, 'release_npm')
    expect(job.permissions).toEqual({ contents: 'read', packages: 'write' })
    expect(stepOf(job, 'release').env?.NODE_AUTH_TOKEN).toBe(`$\{{ secrets.GITHUB_TOKEN }}`)
    expect(job.name).toBe('Publish to npm.pkg.github.com')
  })

  it('has no token at all where it is trusted', () => {
    const job = releaseJob(node(), 'release_npm')
    expect(stepOf(job, 'release').env).toEqual({
      PACKAGE: '@acme/widget',
      VERSION: `$\{{ needs.release.outputs.version }}`,
      NPM_DIST_TAG: `$\{{ needs.release.outputs.dist_tag }}`,
    })
    expect(stepOf(job, 'setup_node').with).toEqual({
      'node-version': '24.x',
      'package-manager-cache': false,
    })
    expect(stepOf(job, 'release').run).not.toContain('.npmrc')
  })

  it('leaves the access of a package that exists as it is, unless it is told', () => {
    const { run } = stepOf(releaseJob(node(), 'release_npm'), 'release')
    expect(run).not.toContain('--access')
    const told = node({ ...TRUSTED, npmAccess: 'public' })
    expect(stepOf(releaseJob(told, 'release_npm'), 'release').run).toContain(' --access public')
  })

  it('has the environment of the branch, where branches have their own', () => {
    const next = { prerelease: 'beta', environment: 'next env' }
    const project = node({ ...TRUSTED, releaseBranches: { next } })
    expect(releaseJob(project, 'release_npm').environment).toBe(
      `$\{{ needs.release.outputs.environment || 'npm' }}`,
    )
    expect(releaseJob(project, 'release').outputs).toHaveProperty('environment')
    expect(releaseJob(node(), 'release').outputs).not.toHaveProperty('environment')
  })
})

describe('the jobs of the other registries', () => {
  it('publish to PyPI and TestPyPI from the same files', () => {
    const project = python({ publishToPypi: { trustedPublishing: true, testPypi: true } })
    const inputs = (id: string) => stepOf(releaseJob(project, id), 'release').with
    expect(inputs('release_pypi')).toEqual({ 'packages-dir': 'dist/python/' })
    expect(inputs('release_testpypi')).toEqual({
      'packages-dir': 'dist/python/',
      'repository-url': 'https://test.pypi.org/legacy/',
    })
  })

  it('publish to PyPI with a stored password, without attestations', () => {
    const job = releaseJob(python({ publishToPypi: true }), 'release_pypi')
    expect(job.permissions).toEqual({ contents: 'read' })
    expect(stepOf(job, 'release').with).toEqual({
      'packages-dir': 'dist/python/',
      attestations: false,
      user: `$\{{ secrets.TWINE_USERNAME }}`,
      password: `$\{{ secrets.TWINE_PASSWORD }}`,
    })
  })

  it('publish to NuGet with a user name, or with a key', () => {
    const trusted = releaseJob(jsii(), 'release_nuget')
    expect(trusted.permissions).toEqual({ 'id-token': 'write', contents: 'read' })
    expect(stepOf(trusted, 'release').env).toEqual({
      NUGET_USERNAME: `$\{{ secrets.NUGET_USERNAME }}`,
    })
    const target = { dotNetNamespace: 'Acme', packageId: 'Acme' }
    const stored = releaseJob(jsii({ publishToNuget: target }), 'release_nuget')
    expect(stored.permissions).toEqual({ contents: 'read' })
    expect(stepOf(stored, 'release').run).not.toContain('audience')
  })
})

describe('the issue about a failed release', () => {
  it('is opened by a job of its own, which waits for all', () => {
    const { jobs } = release({ releaseFailureIssue: true, releaseFailureIssueLabel: 'broken' })
    expect(jobs.release_failed).toMatchObject({
      if: 'failure()',
      needs: ['release', 'release_tag', 'release_npm', 'release_github'],
      permissions: { issues: 'write' },
    })
    expect(jobs.release_failed?.steps[0]?.env?.LABEL).toBe('broken')
    expect(release().jobs.release_failed).toBeUndefined()
  })
})

describe('releasableCommits', () => {
  it.each([
    'features-and-fixes',
    'every-commit',
    ReleasableCommits.ofType(['docs']),
    undefined,
  ] as const)('can be %j', (releasableCommits) => {
    expect(() => node({ ...TRUSTED, releasableCommits })).not.toThrow()
  })

  it('is refused as anything else', () => {
    expect(() => node({ ...TRUSTED, releasableCommits: 'all' as never })).toThrow(
      expect.objectContaining({ code: 'option_type' }),
    )
  })
})

describe('a release that cannot be', () => {
  it('is refused where something would be published by it', () => {
    expect(() => node({ ...TRUSTED, release: false })).toThrow(
      expect.objectContaining({ code: 'release_off' }),
    )
    expect(() => python({ release: false })).toThrow(
      expect.objectContaining({ code: 'release_off' }),
    )
  })

  it('has no job twice', () => {
    const jobs = { release_npm: { steps: [] } }
    expect(() => workflowsOf(node({ ...TRUSTED, releaseJobs: jobs }))).toThrow(
      expect.objectContaining({ code: 'job_twice' }),
    )
  })

  it('has no folder that a script would have to quote', () => {
    const root = node({})
    expect(() => node({ ...TRUSTED, parent: root, outdir: 'packages/my widget' })).toThrow(
      expect.objectContaining({ code: 'option_invalid' }),
    )
  })
})
