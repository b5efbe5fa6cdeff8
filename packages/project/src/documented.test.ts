import { expect, it } from 'vitest'
import { JsiiProject, JsonPatch, NodeProject, PythonProject } from './index.ts'
import { NOWHERE, releaseJob, stepOf } from './testing.ts'

// The snippets of the documentation, word by word: that they compile is a part of the test.

const outdir = NOWHERE
const repository = 'acme/widget'

it('publishes to npm with trusted publishing, by publishToNpm and npmPublishOptions', () => {
  const project = new NodeProject({
    outdir,
    repository,
    defaultReleaseBranch: 'main',
    name: 'my-project',
    publishToNpm: true,
    npmPublishOptions: {
      trustedPublishing: true,
    },
  })
  const job = releaseJob(project, 'release_npm')
  expect(job.permissions).toEqual({ 'id-token': 'write', contents: 'read' })
  expect(JSON.stringify(job)).not.toContain('secrets.')
})

it('publishes a JSII project to npm with trusted publishing', () => {
  const project = new JsiiProject({
    outdir,
    author: 'My Name',
    authorAddress: 'my@email.example',
    defaultReleaseBranch: 'main',
    name: 'my-project',
    repositoryUrl: 'https://github.com/acme/my-project.git',
    publishToNpm: {
      trustedPublishing: true,
    },
  })
  const job = releaseJob(project, 'release_npm')
  expect(job.permissions).toEqual({ 'id-token': 'write', contents: 'read' })
  expect(JSON.stringify(job)).not.toContain('secrets.')
})

it('publishes a Python project to PyPI with trusted publishing', () => {
  const project = new PythonProject({
    outdir,
    repository,
    authorName: 'My Name',
    authorEmail: 'my@email.example',
    moduleName: 'my_project',
    name: 'my-project',
    version: '0.1.0',
    publishToPypi: {
      trustedPublishing: true,
    },
  })
  const job = releaseJob(project, 'release_pypi')
  expect(job.permissions).toEqual({ 'id-token': 'write', contents: 'read' })
  expect(stepOf(job, 'release').uses).toMatch(/^pypa\/gh-action-pypi-publish@/)
  expect(JSON.stringify(job)).not.toContain('secrets.')
})

it('has the version of Node in all jobs', () => {
  const project = new NodeProject({
    outdir,
    repository,
    name: 'my-project',
    publishToNpm: true,
    workflowNodeVersion: '24.x',
  })
  const versions = ['release', 'release_npm'].map(
    (id) => stepOf(releaseJob(project, id), 'setup_node').with?.['node-version'],
  )
  expect(versions).toEqual(['24.x', '24.x'])
})

const TRUSTED = {
  outdir,
  repository,
  name: 'my-project',
  publishToNpm: true,
  npmPublishOptions: { trustedPublishing: true },
  workflowNodeVersion: '20.x',
}

it('takes a patch of the version of Node in the job that publishes', () => {
  const project = new NodeProject(TRUSTED)
  project.github
    ?.tryFindWorkflow('release')
    ?.file?.patch(JsonPatch.replace('/jobs/release_npm/steps/0/with/node-version', '24.x'))
  const versions = ['release', 'release_npm'].map(
    (id) => stepOf(releaseJob(project, id), 'setup_node').with?.['node-version'],
  )
  expect(versions).toEqual(['20.x', '24.x'])
})

it('takes a patch that adds a step to the job that publishes', () => {
  const project = new NodeProject(TRUSTED)
  project.github?.tryFindWorkflow('release')?.file?.patch(
    JsonPatch.add('/jobs/release_npm/steps/1', {
      name: 'Update npm',
      run: 'npm i -g npm@latest',
    }),
  )
  const { steps } = releaseJob(project, 'release_npm')
  expect(steps.slice(0, 3).map(({ name }) => name)).toEqual([
    'Set up Node',
    'Update npm',
    'Download what is released',
  ])
  expect(steps[1]).toEqual({ name: 'Update npm', run: 'npm i -g npm@latest' })
})
