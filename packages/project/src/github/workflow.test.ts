import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { JsonPatch } from '../json-patch.ts'
import { NodeProject } from '../node/node-project.ts'
import { Project } from '../project.ts'
import { filesOf, NOWHERE, type ParsedWorkflow, releaseJob, workflowsOf } from '../testing.ts'
import type { GitHub } from './github.ts'
import type { Job } from './job.ts'
import type { GithubWorkflowOptions } from './workflow.ts'

function newProject(): { project: Project; github: GitHub } {
  const project = new Project({ name: 'widget', outdir: NOWHERE, repository: 'acme/widget' })
  if (project.github === undefined) throw new Error('No GitHub.')
  return { project, github: project.github }
}

function textOf(job: Job, options?: GithubWorkflowOptions): string {
  const { project, github } = newProject()
  const workflow = github.addWorkflow('x', options)
  workflow.on({ pullRequest: {}, workflowDispatch: undefined })
  workflow.addJob('it', job)
  return filesOf(project)['.github/workflows/x.yml'] ?? ''
}

function parsed(job: Job, options?: GithubWorkflowOptions): ParsedWorkflow {
  return parse(textOf(job, options))
}

const RELEASING = {
  name: 'widget',
  outdir: NOWHERE,
  repository: 'acme/widget',
  publishToNpm: true,
  npmPublishOptions: { trustedPublishing: true },
}

describe('the file of a workflow', () => {
  it.each([
    ['release', 'release.yml'],
    ['Release', 'release.yml'],
    ['My Release', 'my-release.yml'],
    ['release.yml', 'release.yml'],
    ['release.yaml', 'release.yml'],
    ['@acme/widget', 'acme-widget.yml'],
    ['release/1.x', 'release-1.x.yml'],
    ['../../evil', 'evil.yml'],
    ['.hidden', 'hidden.yml'],
    ['a..b', 'a..b.yml'],
    ['a\\b', 'a-b.yml'],
    [' x ', 'x.yml'],
    ['größe', 'gr-e.yml'],
    ['x_1-2', 'x_1-2.yml'],
    ['a\nb', 'a-b.yml'],
  ])('has a name that GitHub loads: %j', (name, fileName) => {
    const { project, github } = newProject()
    expect(github.addWorkflow(name).fileName).toBe(fileName)
    expect(Object.keys(workflowsOf(project))).toEqual([fileName])
    expect(fileName).toMatch(/^[a-z0-9_][a-z0-9._-]*\.yml$/)
  })

  it.each(['', ' ', '/', '...', '.yml', '@', '日本'])('cannot be named %j', (name) => {
    expect(() => newProject().github.addWorkflow(name)).toThrow(
      expect.objectContaining({ code: 'workflow_name' }),
    )
  })

  it.each(['sub/x.yml', '../x.yml', 'x.txt', 'x', '.x.yml', '', 'a\\b.yml'])(
    'is not %j, which GitHub would not load',
    (fileName) => {
      expect(() => newProject().github.addWorkflow('x', { fileName })).toThrow(
        expect.objectContaining({ code: 'workflow_file' }),
      )
    },
  )

  it('is the given one, since publishers may be bound to it', () => {
    const { github } = newProject()
    expect(github.addWorkflow('x', { fileName: 'Publish_1.yaml' }).fileName).toBe('Publish_1.yaml')
  })

  it('belongs to one workflow, also where only case or spaces differ', () => {
    const { github } = newProject()
    github.addWorkflow('my release')
    expect(() => github.addWorkflow('My/Release')).toThrow(
      expect.objectContaining({ code: 'workflow_twice' }),
    )
    expect(() => new NodeProject({ ...RELEASING, releaseWorkflowName: 'Build' })).toThrow(
      'Two workflows would be written to .github/workflows/build.yml',
    )
  })

  it('is not written where workflows are switched off', () => {
    const project = new NodeProject({ ...RELEASING, githubOptions: { workflows: false } })
    expect(workflowsOf(project)).toEqual({})
  })
})

describe('a workflow', () => {
  it('is found by its name and not by its file', () => {
    const { github } = newProject()
    const workflow = github.addWorkflow('My Release')
    expect(github.tryFindWorkflow('My Release')).toBe(workflow)
    expect(github.tryFindWorkflow('my-release')).toBeUndefined()
    expect(github.tryFindWorkflow('my-release.yml')).toBeUndefined()
  })

  it('grants nothing unless it is told to', () => {
    expect(parsed({ steps: [] }).permissions).toEqual({})
    expect(parsed({ steps: [] }, { permissions: { idToken: 'write' } }).permissions).toEqual({
      'id-token': 'write',
    })
  })

  it('spells events, jobs and steps as GitHub does', () => {
    const workflow = parsed(
      {
        runsOn: ['self-hosted', 'arm64'],
        needs: ['a', 'b'],
        timeoutMinutes: 5,
        continueOnError: true,
        permissions: { pullRequests: 'write' },
        concurrency: { group: 'x', cancelInProgress: true },
        strategy: { failFast: false, maxParallel: 2, matrix: { nodeVersion: [20] } },
        defaults: { run: { workingDirectory: 'x' } },
        outputs: { a: { stepId: 's', outputName: 'o' }, b: 'text' },
        steps: [{ workingDirectory: 'y', continueOnError: false, run: 'x', env: { aB: '1' } }],
      },
      { runName: 'Run', env: { A: '1' }, concurrency: { group: 'g', cancelInProgress: false } },
    )
    expect(workflow).toEqual({
      name: 'x',
      'run-name': 'Run',
      on: { pull_request: {} },
      permissions: {},
      env: { A: '1' },
      concurrency: { group: 'g', 'cancel-in-progress': false },
      jobs: {
        it: {
          needs: ['a', 'b'],
          'runs-on': ['self-hosted', 'arm64'],
          'timeout-minutes': 5,
          permissions: { 'pull-requests': 'write' },
          concurrency: { group: 'x', 'cancel-in-progress': true },
          outputs: { a: `$\{{ steps.s.outputs.o }}`, b: 'text' },
          defaults: { run: { 'working-directory': 'x' } },
          strategy: { 'fail-fast': false, 'max-parallel': 2, matrix: { nodeVersion: [20] } },
          'continue-on-error': true,
          steps: [
            { env: { aB: '1' }, 'working-directory': 'y', run: 'x', 'continue-on-error': false },
          ],
        },
      },
    })
  })

  it('has a runner, unless its job is another workflow', () => {
    expect(parsed({ steps: [] }).jobs.it).toMatchObject({ 'runs-on': 'ubuntu-latest' })
    expect(parsed({ uses: './.github/workflows/y.yml' }).jobs.it).toEqual({
      uses: './.github/workflows/y.yml',
    })
  })

  it('is written in the order in which people read it', () => {
    const text = textOf({
      steps: [{ run: 'x', env: { A: '1' }, if: 'b', id: 'i', name: 'a' }],
      permissions: { contents: 'read' },
      if: 'z',
      name: 'Job',
    })
    expect(text.replace(/^#.*\n\n/, '')).toBe(`name: x

on:
  pull_request: {}

permissions: {}

jobs:
  it:
    name: Job
    if: z
    runs-on: ubuntu-latest
    permissions:
      contents: read
    steps:
      - name: a
        id: i
        if: b
        env:
          A: '1'
        run: x
`)
  })

  it('says behind a permission why it is there, and nowhere else', () => {
    const text = textOf({
      permissions: { contents: 'read', idToken: 'write' },
      reasons: { idToken: 'asks for\nan ID token', issues: 'not granted' },
      env: { 'id-token': 'write' },
      steps: [{ run: 'id-token: write\n' }],
    })
    expect(
      text
        .split('\n')
        .filter((line) => line.includes('#'))
        .slice(1),
    ).toEqual(['      id-token: write # asks for an ID token'])
  })

  it('has each job once', () => {
    const { github } = newProject()
    const workflow = github.addWorkflow('x')
    workflow.addJob('a', { steps: [] })
    expect(() => workflow.addJobs({ a: { steps: [] } })).toThrow(
      expect.objectContaining({ code: 'job_twice' }),
    )
    workflow.updateJob('a', { name: 'new', steps: [] })
    expect(workflow.getJob('a').name).toBe('new')
    workflow.removeJob('a')
    expect(() => workflow.removeJob('a')).toThrow('The workflow x has no job a. It has: none yet.')
  })
})

describe('the version of an action', () => {
  const usesOf = (text: string): string[] =>
    [...text.matchAll(/uses: (.*)/g)].map(([, uses = '']) => uses)

  it('is a commit, with the name of the version behind it', () => {
    expect(usesOf(textOf({ steps: [{ uses: 'actions/checkout' }] }))).toEqual([
      expect.stringMatching(/^actions\/checkout@[0-9a-f]{40} # v\d+\.\d+\.\d+$/),
    ])
  })

  it.each([
    'actions/checkout@v4',
    'acme/own@0123456789012345678901234567890123456789',
    './.github/actions/own',
    'docker://alpine:3.20',
  ])('stays where it is named: %s', (uses) => {
    expect(usesOf(textOf({ steps: [{ uses }] }))).toEqual([uses])
  })

  it.each(['acme/own', 'actions/checkout/sub', 'toString', '__proto__'])(
    'must be named where it is not known: %s',
    (uses) => {
      expect(() => textOf({ steps: [{ uses }] })).toThrow(
        expect.objectContaining({ code: 'action_unpinned' }),
      )
    },
  )

  it('can be set for all workflows, wherever it comes from', () => {
    const project = new NodeProject(RELEASING)
    project.github?.actions.set('actions/checkout', 'acme/checkout@v1')
    project.github
      ?.addWorkflow('own')
      .addJob('a', { steps: [{ uses: 'actions/checkout@v4' }, { uses: 'actions/checkout' }] })
    const uses = Object.entries(filesOf(project))
      .filter(([path]) => path.startsWith('.github/'))
      .flatMap(([, text]) => usesOf(text).filter((one) => one.includes('checkout')))
    expect(uses).toEqual(Array(4).fill('acme/checkout@v1'))
  })

  it('is not claimed of a commit that is another one', () => {
    const other = 'actions/checkout@0123456789012345678901234567890123456789'
    expect(usesOf(textOf({ steps: [{ uses: other }] }))).toEqual([other])
  })
})

describe('the file of the release workflow', () => {
  it('can be patched where the publish job is, although it is made late', () => {
    const project = new NodeProject({ ...RELEASING, workflowNodeVersion: '20.x' })
    const file = project.github?.tryFindWorkflow('release')?.file
    file?.patch(JsonPatch.replace('/jobs/release_npm/steps/#setup_node/with/node-version', '26.x'))
    file?.addOverride('jobs.release.env.EXTRA', 'yes')
    expect(releaseJob(project, 'release_npm').steps[0]?.with?.['node-version']).toBe('26.x')
    expect(releaseJob(project, 'release').env).toEqual({ CI: 'true', EXTRA: 'yes' })
  })

  it('names the job, if a patch is for one that is not there', () => {
    const project = new NodeProject(RELEASING)
    const file = project.github?.tryFindWorkflow('release')?.file
    file?.patch(JsonPatch.remove('/jobs/release_pypi'))
    expect(() => filesOf(project)).toThrow(
      'The patch remove /jobs/release_pypi does not fit .github/workflows/release.yml: /jobs/release_pypi is not there: /jobs has no release_pypi, it has release, release_tag, release_npm, release_github.',
    )
  })
})
