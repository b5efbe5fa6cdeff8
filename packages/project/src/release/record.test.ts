import { parsePublisherRecord } from '@trustpub/identity'
import { describe, expect, it } from 'vitest'
import type { Project } from '../project.ts'
import { filesOf } from '../testing.ts'
import { AT_GITHUB, AT_GITLAB, jsii, node, python } from '../testing-definitions.ts'
import { PublisherRecord } from './record.ts'
import { registrations } from './registration.ts'

const TRUSTED = { publishToNpm: { trustedPublishing: true } }
const GITLAB = { repository: 'https://gitlab.com/acme/tools/widget' }
const BRANCHES = {
  releaseBranches: {
    next: { prerelease: 'beta', environment: 'next env' },
    '2.x': { majorVersion: 2 },
  },
}

function publishersOf(project: Project) {
  return PublisherRecord.of(project).publishers
}

describe('trusted-publishers.json', () => {
  it.each([...Object.entries(AT_GITHUB), ...Object.entries(AT_GITLAB)])(
    'is read back by everything that reads it: %s',
    (_, define) => {
      const project = define()
      const text = filesOf(project)['trusted-publishers.json'] ?? '{"publishers":[]}'
      expect(parsePublisherRecord(text).publishers).toEqual(publishersOf(project))
    },
  )

  it('has the fields of the workflow, the environment and the repository', () => {
    expect(publishersOf(node())).toEqual([
      {
        package: 'npm:@acme/widget',
        registry: 'https://registry.npmjs.org/',
        provider: 'github',
        fields: { repository: 'acme/widget', workflow: 'release.yml', environment: 'npm' },
        permissions: ['publish'],
      },
    ])
  })

  it('has the file of a workflow that is named otherwise', () => {
    const [publisher] = publishersOf(node({ ...TRUSTED, releaseWorkflowName: 'My Release' }))
    expect(publisher?.fields.workflow).toBe('my-release.yml')
  })

  it('has nothing that is published with a stored token, and nothing of NuGet', () => {
    expect(publishersOf(node({ publishToNpm: true }))).toEqual([])
    expect(publishersOf(jsii()).map((one) => one.package)).toEqual([
      'npm:@acme/widget',
      'pypi:acme-widget',
    ])
  })

  it('has one publisher without environment at npm, where branches have different ones', () => {
    expect(publishersOf(node({ ...TRUSTED, ...BRANCHES })).map(({ fields }) => fields)).toEqual([
      { repository: 'acme/widget', workflow: 'release.yml' },
    ])
  })

  it('has as many publishers at PyPI as there are environments', () => {
    const environments = publishersOf(python(BRANCHES)).map(({ fields }) => fields.environment)
    expect(environments).toEqual(['pypi', 'next env'])
  })

  it('has TestPyPI and PyPI, each with its environment', () => {
    const project = python({ publishToPypi: { trustedPublishing: true, testPypi: true } })
    expect(
      publishersOf(project).map(({ registry, fields }) => [registry, fields.environment]),
    ).toEqual([
      ['https://test.pypi.org/legacy/', 'testpypi'],
      ['https://upload.pypi.org/legacy/', 'pypi'],
    ])
  })

  it('has the path with all groups at GitLab, and the issuer of a server of one’s own', () => {
    expect(publishersOf(node({ ...TRUSTED, ...GITLAB }))).toMatchObject([
      {
        provider: 'gitlab',
        fields: {
          repository: 'acme/tools/widget',
          workflow: '.gitlab-ci.yml',
          environment: 'npm',
        },
      },
    ])
    const own = node({ ...TRUSTED, repository: 'https://gitlab.acme.example/a/b' })
    expect(publishersOf(own)[0]?.issuer).toBe('https://gitlab.acme.example')
  })

  it('has all packages of a repository', () => {
    const packages = publishersOf(AT_GITHUB['several packages']?.() ?? node())
    expect(packages.map((one) => [one.package, one.fields.workflow])).toEqual([
      ['npm:@acme/a', 'release_acme-a.yml'],
      ['pypi:acme-b', 'release_acme-b.yml'],
    ])
  })

  it('cannot be written without a repository', () => {
    const project = node({ ...TRUSTED, repository: undefined, outdir: '/nonexistent/widget' })
    expect(() => filesOf(project)).toThrow(expect.objectContaining({ code: 'repository_unknown' }))
  })
})

describe('what is to be registered', () => {
  it('at npm from GitHub', () => {
    expect(registrations(node())).toEqual([
      {
        package: 'npm:@acme/widget',
        registry: 'https://registry.npmjs.org/',
        label: 'npmjs.com',
        form: [
          ['Organization or user', 'acme'],
          ['Repository', 'widget'],
          ['Workflow filename', 'release.yml'],
          ['Environment name', 'npm'],
        ],
        page: 'https://www.npmjs.com/package/@acme/widget/access',
        command:
          'npm trust github @acme/widget --repo acme/widget --file release.yml --env npm --allow-publish',
        firstPublish: expect.stringContaining('publish a first version by hand'),
      },
    ])
  })

  it('at npm from GitLab', () => {
    expect(registrations(node({ ...TRUSTED, ...GITLAB }))).toMatchObject([
      {
        form: [
          ['Namespace', 'acme/tools'],
          ['Project name', 'widget'],
          ['Top-level CI file path', '.gitlab-ci.yml'],
          ['Environment name', 'npm'],
        ],
        command:
          'npm trust gitlab @acme/widget --project acme/tools/widget --file .gitlab-ci.yml --env npm --allow-publish',
      },
    ])
  })

  it('at npm, with words that a shell takes as they are', () => {
    const own = { trustedPublishing: true, githubEnvironment: 'a $b' }
    expect(registrations(node({ publishToNpm: own }))[0]?.command).toContain(
      " --env 'a $b' --allow-publish",
    )
  })

  it('at npm without environment, where branches have different ones', () => {
    const [registration] = registrations(node({ ...TRUSTED, ...BRANCHES }))
    expect(registration?.form.map(([field]) => field)).not.toContain('Environment name')
    expect(registration?.command).not.toContain('--env')
  })

  it('at PyPI and TestPyPI, with a page that is filled in', () => {
    const project = python({ publishToPypi: { trustedPublishing: true, testPypi: true } })
    const [test, real] = registrations(project)
    expect(real).toMatchObject({
      label: 'PyPI',
      form: [
        ['PyPI project name', 'acme-widget'],
        ['Owner', 'acme'],
        ['Repository name', 'widget'],
        ['Workflow name', 'release.yml'],
        ['Environment name', 'pypi'],
      ],
      page: 'https://pypi.org/manage/project/acme-widget/settings/publishing/',
      firstPublish: expect.stringContaining('pending publisher'),
    })
    expect(test).toMatchObject({ label: 'TestPyPI' })
    expect(test?.page).toMatch(/^https:\/\/test\.pypi\.org\//)
    const filled = new URL(real?.prefilled ?? '')
    expect(filled.host).toBe('pypi.org')
    expect(Object.fromEntries(filled.searchParams)).toMatchObject({
      provider: 'github',
      owner: 'acme',
      repository: 'widget',
      workflow_filename: 'release.yml',
      environment: 'pypi',
    })
  })

  it('at PyPI from GitLab', () => {
    const [registration] = registrations(python(GITLAB))
    expect(registration?.form).toEqual([
      ['PyPI project name', 'acme-widget'],
      ['Namespace', 'acme/tools'],
      ['Project name', 'widget'],
      ['Top-level pipeline file path', '.gitlab-ci.yml'],
      ['Environment name', 'pypi'],
    ])
    const query = new URL(registration?.prefilled ?? '').searchParams
    expect(Object.fromEntries(query)).toMatchObject({
      provider: 'gitlab',
      namespace: 'acme/tools',
      project: 'widget',
      workflow_filepath: '.gitlab-ci.yml',
      environment: 'pypi',
    })
  })

  it('at PyPI once for every environment', () => {
    const environments = registrations(python(BRANCHES)).map(({ prefilled = '' }) =>
      new URL(prefilled).searchParams.get('environment'),
    )
    expect(environments).toEqual(['pypi', 'next env'])
  })

  it('at another registry, by the same command', () => {
    const own = { trustedPublishing: true, registry: 'https://npm.acme.example' }
    expect(registrations(node({ publishToNpm: own }))).toMatchObject([
      {
        label: 'npm.acme.example',
        page: 'https://npm.acme.example/',
        command: expect.stringMatching(/ --registry https:\/\/npm\.acme\.example\/$/),
      },
    ])
  })
})
