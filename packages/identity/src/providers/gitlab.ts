import {
  type Check,
  type Claims,
  caseless,
  exactly,
  fileAtRef,
  lowerAscii,
  notOf,
  npmTrustFile,
  refCheck,
  textClaim,
} from '../check.ts'
import { environmentField, refField, textField } from '../fields.ts'
import { noIdToken, requireToken } from '../id-token-request.ts'
import {
  type Detection,
  defineProvider,
  type Environment,
  type Fields,
  type Provider,
  type Run,
  type SimulatedRun,
} from '../provider.ts'
import { simulatedId, simulatedTimes } from '../simulate.ts'

type Name = 'repository' | 'workflow' | 'environment' | 'ref'

/** Pipelines of merge requests can run a fork's files with the identity of the project that they are run in. */
const REFUSED_SOURCES = ['merge_request_event', 'external_pull_request_event']

/** GitLab CI/CD, gitlab.com and self-managed. Claims: https://docs.gitlab.com/ci/secrets/id_token_authentication/ */
export const gitlab: Provider = defineProvider<Name>({
  id: 'gitlab',
  label: 'GitLab CI/CD',
  issuer: 'https://gitlab.com',
  numbered: true,
  algorithms: ['RS256'],
  // A token lives as long as its job may run; GitLab's own runners stop at three hours, self-managed ones rarely at a day.
  maxLifetime: 24 * 3600,
  fields: {
    repository: textField(
      {
        label: 'Project path',
        help: 'The full path with all groups.',
        example: 'acme/tools/widget',
      },
      /[A-Za-z0-9_](?:[A-Za-z0-9_.+-]*)(?:\/[A-Za-z0-9_][A-Za-z0-9_.+-]*)+/,
      'write it as group/project, with all subgroups',
    ),
    workflow: textField(
      {
        label: 'Top-level CI file',
        help: 'The file that the project is configured to run, not one that it includes.',
        example: '.gitlab-ci.yml',
      },
      /(?!\/)(?:[A-Za-z0-9_.@+ -]+\/)*[A-Za-z0-9_.@+ -]*\.ya?ml/,
      'write the path of a .yml or .yaml file from the root of the repository',
    ),
    environment: environmentField(
      'The environment of the job that publishes; letter case matters.',
    ),
    ref: refField(),
  },
  sourceClaim: 'project_path',
  pinnedClaims: ['namespace_id', 'project_id'],
  lookupKey: (fields) => lowerAscii(fields.repository ?? ''),
  lookupKeyOf: (claims) => lowerAscii(textClaim(claims, 'project_path')),
  check,
  describe,
  detect,
  requestIdToken,
  secretVariables: /^(?:CI_JOB_TOKEN|.*_ID_TOKEN)$/,
  simulate,
  jobVariables,
  npmTrust: {
    fromClaims: (claims) => {
      const workflow = npmTrustFile(claims, 'ci_config_ref_uri')
      const environment = textClaim(claims, 'environment')
      const fields = { repository: textClaim(claims, 'project_path'), workflow }
      return environment === '' ? fields : { ...fields, environment }
    },
    toClaims: (fields) => ({
      project_path: fields.repository,
      ci_config_ref_uri: { file: fields.workflow },
      ...(fields.environment === undefined ? {} : { environment: fields.environment }),
    }),
  },
  example: {
    fields: {
      repository: 'acme/tools/widget',
      workflow: '.gitlab-ci.yml',
      environment: 'release',
      ref: 'refs/tags/v*',
    },
    run: {
      issuer: 'https://gitlab.com',
      repository: 'acme/tools/widget',
      ref: 'refs/tags/v1.0.0',
      commit: '3d3c42e5aac5ba805825da76410c181273ba90b1',
      event: 'push',
      entry: '.gitlab-ci.yml',
      file: '.gitlab-ci.yml',
      environment: 'release',
    },
  },
})

function check(fields: Fields<Name>, claims: Claims, issuer: string): Check[] {
  const text = (claim: string) => textClaim(claims, claim)
  const file = `${projectHost(issuer)}/${text('project_path')}//${fields.workflow ?? ''}`
  const refs = [text('ref_path'), text('sha')]
  const checks = [
    caseless('repository_mismatch', 'project_path', fields.repository ?? '', text('project_path')),
    fileAtRef('ci_config_ref_uri', file, refs, text('ci_config_ref_uri')),
  ]
  if (fields.environment !== undefined) {
    const code = text('environment') === '' ? 'environment_missing' : 'environment_mismatch'
    checks.push(exactly(code, 'environment', fields.environment, text('environment')))
  }
  if (fields.ref !== undefined) checks.push(refCheck('ref_path', fields.ref, text('ref_path')))
  checks.push(notOf('pipeline_source', REFUSED_SOURCES, text('pipeline_source')))
  return checks
}

/** `gitlab.com`, or host, port and path of a self-managed server, as `ci_config_ref_uri` begins. */
function projectHost(issuer: string): string {
  return issuer.replace(/^https?:\/\//, '').replace(/\/$/, '')
}

function describe(claims: Claims, issuer: string): Run {
  const text = (claim: string) => textClaim(claims, claim)
  const repositoryUrl = `${issuer.replace(/\/$/, '')}/${text('project_path')}`
  return {
    repository: text('project_path'),
    repositoryUrl,
    workflow: text('ci_config_ref_uri'),
    ref: text('ref_path'),
    commit: text('sha'),
    url: `${repositoryUrl}/-/jobs/${text('job_id')}`,
  }
}

function detect(env: Environment): Detection {
  if (env.GITLAB_CI !== 'true') {
    return { found: false, inCi: false, reason: 'this is not GitLab CI/CD (GITLAB_CI is not true)' }
  }
  if (Object.keys(env).some((name) => name.endsWith('_ID_TOKEN') && env[name]))
    return { found: true }
  return {
    found: false,
    inCi: true,
    reason: 'the job declares no ID token: write id_tokens: { NPM_ID_TOKEN: { aud: … } } in it',
  }
}

/** The variable that clients agree on: the audience in capitals, everything else `_`, then `_ID_TOKEN`. */
export function idTokenVariable(audience: string): string {
  return `${audience.toUpperCase().replace(/[^A-Z0-9_]/g, '_')}_ID_TOKEN`
}

/** GitLab issues ID tokens at the start of a job, in variables; npm's clients read `NPM_ID_TOKEN`. */
async function requestIdToken(env: Environment, audience: string): Promise<string> {
  const request = { provider: 'GitLab CI/CD', audience }
  const names = [
    idTokenVariable(audience),
    ...(audience.startsWith('npm:') ? ['NPM_ID_TOKEN'] : []),
  ]
  const name = names.find((each) => env[each])
  if (name !== undefined) return requireToken(request, env[name])
  const reason = `none of ${names.join(', ')} is set: declare id_tokens with aud: ${audience} in the job`
  throw noIdToken(request, reason)
}

/** GitLab tells a pushed tag from a pushed branch by the ref, not by the source. */
function sourceOf(event: string): string {
  return event === 'tag' ? 'push' : event
}

function simulate(run: SimulatedRun): Claims {
  const parts = run.repository.split('/')
  const namespace = parts.slice(0, -1).join('/')
  const tag = run.ref.startsWith('refs/tags/')
  const ref = run.ref.replace(/^refs\/(?:tags|heads)\//, '')
  const environment =
    run.environment === undefined
      ? {}
      : {
          environment: run.environment,
          environment_protected: 'false',
          deployment_tier: 'production',
        }
  return {
    iss: run.issuer,
    sub: `project_path:${run.repository}:ref_type:${tag ? 'tag' : 'branch'}:ref:${ref}`,
    ...simulatedTimes(3600),
    namespace_id: simulatedId(`namespace ${namespace}`),
    namespace_path: namespace,
    project_id: simulatedId(`project ${run.repository}`),
    project_path: run.repository,
    project_visibility: run.visibility ?? 'private',
    user_id: simulatedId(`user ${namespace}`),
    user_login: parts[0] ?? '',
    user_email: `${parts[0] ?? 'user'}@example.com`,
    user_access_level: 'maintainer',
    pipeline_id: simulatedId(`pipeline ${run.commit} ${run.ref}`),
    pipeline_source: sourceOf(run.event),
    job_id: simulatedId(`job ${run.commit} ${run.ref}`),
    ref,
    ref_type: tag ? 'tag' : 'branch',
    ref_path: run.ref,
    ref_protected: 'true',
    runner_id: 1,
    runner_environment: 'gitlab-hosted',
    sha: run.commit,
    ci_config_ref_uri: `${projectHost(run.issuer)}/${run.repository}//${run.entry}@${run.ref}`,
    ci_config_sha: run.commit,
    ...environment,
  }
}

function jobVariables(run: SimulatedRun): Environment {
  const ref = run.ref.replace(/^refs\/(?:heads|tags)\//, '')
  return {
    CI: 'true',
    GITLAB_CI: 'true',
    CI_SERVER_URL: run.issuer,
    CI_PROJECT_PATH: run.repository,
    CI_PROJECT_URL: `${run.issuer}/${run.repository}`,
    CI_CONFIG_PATH: run.entry,
    CI_PIPELINE_SOURCE: sourceOf(run.event),
    CI_COMMIT_SHA: run.commit,
    CI_COMMIT_REF_NAME: ref,
    ...(run.ref.startsWith('refs/tags/') ? { CI_COMMIT_TAG: ref } : { CI_COMMIT_BRANCH: ref }),
  }
}
