import type { Environment, ProviderId } from '@trustpub/identity'
import { refuse } from './errors.ts'
import { GITLAB_PARAMETERS } from './gitlab-parameters.ts'
import {
  SLSA_V1,
  SLSA_V02,
  STATEMENT_V1,
  STATEMENT_V01,
  type Statement,
  type Subject,
} from './statement.ts'

/** What npm's registry knows builds by; GitHub's form is that of the SLSA project, GitLab's is npm's own. */
export const GITHUB_BUILD_TYPE =
  'https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1'
export const GITLAB_BUILD_TYPE = 'https://github.com/npm/cli/gitlab/v0alpha1'

/**
 * The provenance of an npm version, as npm words it: SLSA v1 in GitHub Actions, v0.2 in GitLab CI/CD. All of it is
 * read from the variables of the job.
 * @throws Refusal `provenance_unsupported`, `environment_incomplete`
 */
export function npmProvenance(provider: ProviderId, env: Environment, subject: Subject): Statement {
  if (provider === 'github') return githubProvenance(env, subject)
  if (provider === 'gitlab') return gitlabProvenance(env, subject)
  throw refuse('provenance_unsupported', { provider, known: 'GitHub Actions and GitLab CI/CD' })
}

/**
 * The SLSA v1 provenance of a Python distribution; indexes accept no other version, so only GitHub Actions has one.
 * @throws Refusal `provenance_unsupported`, `environment_incomplete`
 */
export function pypiProvenance(
  provider: ProviderId,
  env: Environment,
  subject: Subject,
): Statement {
  if (provider === 'github') return githubProvenance(env, subject)
  throw refuse('provenance_unsupported', { provider, known: 'GitHub Actions' })
}

const GITHUB_VARIABLES = [
  'GITHUB_SERVER_URL',
  'GITHUB_REPOSITORY',
  'GITHUB_WORKFLOW_REF',
  'GITHUB_EVENT_NAME',
  'GITHUB_REPOSITORY_ID',
  'GITHUB_REPOSITORY_OWNER_ID',
  'GITHUB_REF',
  'GITHUB_SHA',
  'GITHUB_RUN_ID',
  'GITHUB_RUN_ATTEMPT',
  'RUNNER_ENVIRONMENT',
] as const

function githubProvenance(env: Environment, subject: Subject): Statement {
  const job = required(env, GITHUB_VARIABLES)
  const repository = `${job.GITHUB_SERVER_URL}/${job.GITHUB_REPOSITORY}`
  const { ref, path } = workflowOf(job)
  return {
    _type: STATEMENT_V1,
    subject: [subject],
    predicateType: SLSA_V1,
    predicate: {
      buildDefinition: {
        buildType: GITHUB_BUILD_TYPE,
        externalParameters: { workflow: { ref, repository, path } },
        internalParameters: {
          github: {
            event_name: job.GITHUB_EVENT_NAME,
            repository_id: job.GITHUB_REPOSITORY_ID,
            repository_owner_id: job.GITHUB_REPOSITORY_OWNER_ID,
          },
        },
        resolvedDependencies: [
          {
            uri: `git+${repository}@${job.GITHUB_REF}`,
            digest: { gitCommit: job.GITHUB_SHA },
          },
        ],
      },
      runDetails: {
        builder: { id: `https://github.com/actions/runner/${job.RUNNER_ENVIRONMENT}` },
        metadata: {
          invocationId: `${repository}/actions/runs/${job.GITHUB_RUN_ID}/attempts/${job.GITHUB_RUN_ATTEMPT}`,
        },
      },
    },
  }
}

/** Path and ref of the workflow file. Both may contain `@`, so the ref is one that the job itself names, if it fits. */
function workflowOf(job: Readonly<Record<(typeof GITHUB_VARIABLES)[number], string>>) {
  const whole = job.GITHUB_WORKFLOW_REF
  const here = `${job.GITHUB_REPOSITORY}/`
  const relative = whole.startsWith(here) ? whole.slice(here.length) : whole
  const named = [job.GITHUB_REF, job.GITHUB_SHA].find((ref) => relative.endsWith(`@${ref}`))
  const at = named === undefined ? relative.indexOf('@') : relative.length - named.length - 1
  return { ref: relative.slice(at + 1), path: at < 0 ? relative : relative.slice(0, at) }
}

const GITLAB_VARIABLES = [
  'CI_PROJECT_URL',
  'CI_PROJECT_PATH',
  'CI_RUNNER_ID',
  'CI_COMMIT_SHA',
  'CI_JOB_NAME',
  'CI_JOB_ID',
  'CI_JOB_URL',
  'CI_PIPELINE_ID',
  'CI_SERVER_URL',
  'CI_CONFIG_PATH',
] as const

function gitlabProvenance(env: Environment, subject: Subject): Statement {
  const job = required(env, GITLAB_VARIABLES)
  const source = { uri: `git+${job.CI_PROJECT_URL}`, digest: { sha1: job.CI_COMMIT_SHA } }
  return {
    _type: STATEMENT_V01,
    subject: [subject],
    predicateType: SLSA_V02,
    predicate: {
      buildType: GITLAB_BUILD_TYPE,
      builder: { id: `${job.CI_PROJECT_URL}/-/runners/${job.CI_RUNNER_ID}` },
      invocation: {
        configSource: { ...source, entryPoint: job.CI_JOB_NAME },
        parameters: Object.fromEntries(
          GITLAB_PARAMETERS.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
        ),
        environment: {
          name: env.CI_RUNNER_DESCRIPTION,
          architecture: env.CI_RUNNER_EXECUTABLE_ARCH,
          server: job.CI_SERVER_URL,
          project: job.CI_PROJECT_PATH,
          job: { id: job.CI_JOB_ID },
          pipeline: { id: job.CI_PIPELINE_ID, ref: job.CI_CONFIG_PATH },
        },
      },
      metadata: {
        buildInvocationId: job.CI_JOB_URL,
        completeness: { parameters: true, environment: true, materials: false },
        reproducible: false,
      },
      materials: [source],
    },
  }
}

/** A statement with holes would be signed, logged for ever, and then refused. */
function required<const Name extends string>(
  env: Environment,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const missing = names.filter((name) => env[name] === undefined || env[name] === '')
  if (missing.length > 0) throw refuse('environment_incomplete', { missing: missing.join(', ') })
  return Object.fromEntries(names.map((name) => [name, env[name]])) as Record<Name, string>
}
