import { describe, expect, it } from 'vitest'
import { GITLAB_PARAMETERS } from './gitlab-parameters.ts'
import { npmProvenance, pypiProvenance } from './provenance.ts'
import { job, statement, subject } from './testing/signed-bundle.ts'

/** Every variable that GitLab's provenance repeats, each with its own name as value. */
const gitlabJob = Object.fromEntries(
  [...GITLAB_PARAMETERS, 'CI_RUNNER_EXECUTABLE_ARCH'].map((name) => [name, name.toLowerCase()]),
)

describe('npmProvenance', () => {
  it('describes a run of GitHub Actions as SLSA v1', () => {
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [subject],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: {
          externalParameters: {
            workflow: {
              ref: 'refs/tags/v1.0.0',
              repository: 'https://github.com/acme/widget',
              path: '.github/workflows/release.yml',
            },
          },
          resolvedDependencies: [
            {
              uri: 'git+https://github.com/acme/widget@refs/tags/v1.0.0',
              digest: { gitCommit: job.GITHUB_SHA },
            },
          ],
        },
        runDetails: { builder: { id: 'https://github.com/actions/runner/github-hosted' } },
      },
    })
  })

  it.each([
    ['a file with @', 'rel@1.yml@refs/tags/v1.0.0', 'rel@1.yml', 'refs/tags/v1.0.0'],
    ['a ref with @', 'a.yml@refs/tags/w@1', 'a.yml', 'refs/tags/w@1'],
    ['a commit', `a.yml@${job.GITHUB_SHA}`, 'a.yml', job.GITHUB_SHA],
  ])('takes path and ref apart for %s', (_, file, name, ref) => {
    const GITHUB_WORKFLOW_REF = `acme/widget/.github/workflows/${file}`
    const { predicate } = npmProvenance('github', { ...job, GITHUB_WORKFLOW_REF }, subject)
    expect(predicate).toMatchObject({
      buildDefinition: {
        externalParameters: { workflow: { path: `.github/workflows/${name}`, ref } },
      },
    })
  })

  it('describes a job of GitLab with all parameters that npm asks for', () => {
    const { _type, predicateType, predicate } = npmProvenance('gitlab', gitlabJob, subject)
    expect(_type).toBe('https://in-toto.io/Statement/v0.1')
    expect(predicateType).toBe('https://slsa.dev/provenance/v0.2')
    const { CI_RUNNER_EXECUTABLE_ARCH, ...parameters } = gitlabJob
    expect(Object.keys(parameters)).toHaveLength(76)
    expect(predicate).toMatchObject({
      builder: { id: 'ci_project_url/-/runners/ci_runner_id' },
      invocation: {
        configSource: {
          uri: 'git+ci_project_url',
          digest: { sha1: 'ci_commit_sha' },
          entryPoint: 'ci_job_name',
        },
        parameters,
        environment: {
          architecture: CI_RUNNER_EXECUTABLE_ARCH,
          pipeline: { id: 'ci_pipeline_id' },
        },
      },
      materials: [{ uri: 'git+ci_project_url', digest: { sha1: 'ci_commit_sha' } }],
    })
  })

  it('refuses to sign a statement with holes, and names them', () => {
    const { GITHUB_SHA: _, ...rest } = job
    const made = () => npmProvenance('github', { ...rest, GITHUB_RUN_ID: '' }, subject)
    expect(made).toThrow(expect.objectContaining({ code: 'environment_incomplete' }))
    expect(made).toThrow(/GITHUB_SHA, GITHUB_RUN_ID/)
  })

  it('refuses other kinds of CI', () => {
    const made = () => npmProvenance('circleci', job, subject)
    expect(made).toThrow(expect.objectContaining({ code: 'provenance_unsupported' }))
  })
})

describe('pypiProvenance', () => {
  it('is that of npm in GitHub Actions, and refuses GitLab', () => {
    expect(pypiProvenance('github', job, subject)).toEqual(statement)
    const made = () => pypiProvenance('gitlab', gitlabJob, subject)
    expect(made).toThrow(expect.objectContaining({ code: 'provenance_unsupported' }))
  })
})
