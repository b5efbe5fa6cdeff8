import {
  type Check,
  type Claims,
  caseless,
  fileAtRef,
  lowerAscii,
  notOf,
  npmTrustFile,
  refCheck,
  textClaim,
} from '../check.ts'
import { environmentField, refField, textField } from '../fields.ts'
import { askActions } from '../id-token-request.ts'
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

type Name = 'repository' | 'workflow' | 'calledWorkflow' | 'environment' | 'ref'

/**
 * Events whose runs have the base repository's identity while they may work on a stranger's code.
 * crates.io refuses the same two, PyPI the first.
 */
const REFUSED_EVENTS = ['pull_request_target', 'workflow_run']

const WORKFLOWS = '.github/workflows/'
const FILE = /[A-Za-z0-9_.@+-][A-Za-z0-9_.@+ -]*\.ya?ml/
/** Names of Enterprise Managed Users hold an underscore. `.` and `..` are no repositories. */
const REPOSITORY = /[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]{1,100}/

/** GitHub Actions. Claims: https://docs.github.com/actions/concepts/security/openid-connect */
export const github: Provider = defineProvider<Name>({
  id: 'github',
  label: 'GitHub Actions',
  issuer: 'https://token.actions.githubusercontent.com',
  numbered: true,
  algorithms: ['RS256'],
  // GitHub issues for 5 minutes, with nbf 5 minutes back; an hour leaves room for GitHub Enterprise Server.
  maxLifetime: 3600,
  fields: {
    repository: textField(
      {
        label: 'Repository',
        help: 'owner/name, as in the address of the repository.',
        example: 'acme/widget',
      },
      REPOSITORY,
      'write it as owner/name',
    ),
    workflow: workflowField(
      'Workflow file',
      'The file in .github/workflows that the event starts, not one that it calls.',
      FILE,
    ),
    calledWorkflow: workflowField(
      'Called workflow',
      'In place of the workflow file: the reusable workflow that holds the publishing job, as owner/name/.github/workflows/file.yml or as a file of this repository.',
      new RegExp(`(?:${REPOSITORY.source}/\\.github/workflows/)?${FILE.source}`),
    ),
    environment: environmentField(
      'The environment of the job that publishes; letter case does not matter.',
    ),
    ref: refField(),
  },
  oneOf: {
    names: ['workflow', 'calledWorkflow'],
    reason: 'name either the workflow file or the called workflow',
  },
  sourceClaim: 'repository',
  pinnedClaims: ['repository_owner_id', 'repository_id'],
  lookupKey: (fields) => lowerAscii(fields.repository ?? ''),
  lookupKeyOf: (claims) => lowerAscii(textClaim(claims, 'repository')),
  check,
  describe,
  detect,
  requestIdToken: (env, audience, fetch) =>
    askActions({ provider: 'GitHub Actions', audience }, env, fetch),
  secretVariables: /^(?:ACTIONS_ID_TOKEN_REQUEST_TOKEN|ACTIONS_RUNTIME_TOKEN|GITHUB_TOKEN)$/,
  maskCommand: '::add-mask::',
  simulate,
  jobVariables,
  npmTrust: {
    fromClaims: (claims) => {
      const workflow = npmTrustFile(claims, 'workflow_ref')
      return withEnvironment({ repository: textClaim(claims, 'repository'), workflow }, claims)
    },
    toClaims: (fields) => ({
      repository: fields.repository,
      workflow_ref: { file: fields.workflow ?? fields.calledWorkflow },
      ...(fields.environment === undefined ? {} : { environment: fields.environment }),
    }),
  },
  example: {
    fields: {
      repository: 'acme/widget',
      workflow: 'release.yml',
      environment: 'release',
      ref: 'refs/tags/v*',
    },
    run: {
      issuer: 'https://token.actions.githubusercontent.com',
      repository: 'acme/widget',
      ref: 'refs/tags/v1.0.0',
      commit: '3d3c42e5aac5ba805825da76410c181273ba90b1',
      event: 'release',
      entry: '.github/workflows/release.yml',
      file: '.github/workflows/release.yml',
      environment: 'release',
    },
  },
})

function workflowField(label: string, help: string, pattern: RegExp) {
  const field = textField(
    { label, help, example: 'release.yml', optional: true },
    pattern,
    'write the name of a .yml or .yaml file in .github/workflows',
  )
  const withoutFolder = (typed: string) =>
    typed.trim().startsWith(WORKFLOWS) ? typed.trim().slice(WORKFLOWS.length) : typed
  return {
    ...field,
    pattern: `^(?:\\.github/workflows/)?(?:${pattern.source})$`,
    parse: (typed: string) => field.parse(withoutFolder(typed)),
  }
}

function withEnvironment(fields: Fields<Name>, claims: Claims): Fields<Name> {
  const environment = textClaim(claims, 'environment')
  return environment === '' ? fields : { ...fields, environment }
}

function check(fields: Fields<Name>, claims: Claims): Check[] {
  const text = (claim: string) => textClaim(claims, claim)
  const checks = [
    caseless('repository_mismatch', 'repository', fields.repository ?? '', text('repository')),
  ]
  checks.push(workflowCheck(fields, claims))
  if (fields.environment !== undefined) {
    const code = text('environment') === '' ? 'environment_missing' : 'environment_mismatch'
    checks.push(caseless(code, 'environment', fields.environment, text('environment')))
  }
  if (fields.ref !== undefined) checks.push(refCheck('ref', fields.ref, text('ref')))
  checks.push(notOf('event_name', REFUSED_EVENTS, text('event_name')))
  return checks
}

/** The letter case of a repository does not count, that of a file does; so the prefix uses the claim's own spelling. */
function workflowCheck(fields: Fields<Name>, claims: Claims): Check {
  const text = (claim: string) => textClaim(claims, claim)
  const here = `${text('repository')}/${WORKFLOWS}`
  if (fields.calledWorkflow === undefined) {
    return fileAtRef(
      'workflow_ref',
      here + (fields.workflow ?? ''),
      [text('ref'), text('sha')],
      text('workflow_ref'),
    )
  }
  const called = fields.calledWorkflow
  const actual = text('job_workflow_ref')
  if (!called.includes('/')) {
    return fileAtRef('job_workflow_ref', here + called, [text('ref'), text('sha')], actual)
  }
  // A workflow of another repository runs at the ref its caller pinned, which no other claim repeats; but it must look
  // like a ref or a commit, or the file `a.yml` would stand for `a.yml@b.yml` as well.
  const ref = actual.startsWith(`${called}@`) ? actual.slice(called.length + 1) : ''
  const ok = /^(?:refs\/.+|[0-9a-f]{40}|[0-9a-f]{64})$/s.test(ref)
  return {
    claim: 'job_workflow_ref',
    expected: `${called}@…`,
    actual,
    ok,
    code: 'workflow_mismatch',
  }
}

/** The web address of the server behind an issuer: github.com, or the host of an Enterprise Server. */
function serverOf(issuer: string): string {
  const url = new URL(issuer)
  if (url.hostname === 'token.actions.githubusercontent.com') return 'https://github.com'
  if (url.hostname.startsWith('token.actions.'))
    return `https://${url.hostname.slice('token.actions.'.length)}`
  return url.origin
}

function describe(claims: Claims, issuer: string): Run {
  const text = (claim: string) => textClaim(claims, claim)
  const repositoryUrl = `${serverOf(issuer)}/${text('repository')}`
  return {
    repository: text('repository'),
    repositoryUrl,
    workflow: text('workflow_ref'),
    ref: text('ref'),
    commit: text('sha'),
    url: `${repositoryUrl}/actions/runs/${text('run_id')}/attempts/${text('run_attempt')}`,
  }
}

function detect(env: Environment): Detection {
  // Forgejo and Gitea pass for GitHub; Gitea gives no ID tokens.
  const other = env.FORGEJO_ACTIONS === 'true' || env.GITEA_ACTIONS === 'true'
  if (env.GITHUB_ACTIONS !== 'true' || other) {
    return {
      found: false,
      inCi: false,
      reason: other
        ? 'this is not GitHub Actions, only like it'
        : 'this is not GitHub Actions (GITHUB_ACTIONS is not true)',
    }
  }
  if (env.ACTIONS_ID_TOKEN_REQUEST_URL && env.ACTIONS_ID_TOKEN_REQUEST_TOKEN) return { found: true }
  return {
    found: false,
    inCi: true,
    reason: 'the job may not request ID tokens: write permissions: { id-token: write } in it',
  }
}

function simulate(run: SimulatedRun): Claims {
  const owner = run.repository.split('/')[0] ?? ''
  const pullRequest = run.event.startsWith('pull_request')
  const environment = run.environment === undefined ? {} : { environment: run.environment }
  const subject =
    run.environment === undefined ? `ref:${run.ref}` : `environment:${run.environment}`
  return {
    iss: run.issuer,
    sub: `repo:${run.repository}:${pullRequest ? 'pull_request' : subject}`,
    ...simulatedTimes(300),
    repository: run.repository,
    repository_owner: owner,
    repository_id: simulatedId(`repository ${run.repository}`),
    repository_owner_id: simulatedId(`owner ${owner}`),
    repository_visibility: run.visibility ?? 'private',
    ref: run.ref,
    ref_type: run.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    ref_protected: 'false',
    head_ref: '',
    base_ref: '',
    sha: run.commit,
    event_name: run.event,
    workflow: 'Release',
    workflow_ref: `${run.repository}/${run.entry}@${run.ref}`,
    workflow_sha: run.commit,
    job_workflow_ref: `${run.repository}/${run.file}@${run.ref}`,
    job_workflow_sha: run.commit,
    run_id: simulatedId(`run ${run.commit} ${run.ref}`),
    run_number: '1',
    run_attempt: '1',
    runner_environment: 'github-hosted',
    actor: owner,
    actor_id: simulatedId(`actor ${owner}`),
    ...environment,
  }
}

function jobVariables(run: SimulatedRun): Environment {
  const owner = run.repository.split('/')[0] ?? ''
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_SERVER_URL: serverOf(run.issuer),
    GITHUB_REPOSITORY: run.repository,
    GITHUB_REPOSITORY_ID: simulatedId(`repository ${run.repository}`),
    GITHUB_REPOSITORY_OWNER: owner,
    GITHUB_REPOSITORY_OWNER_ID: simulatedId(`owner ${owner}`),
    GITHUB_RUN_ID: simulatedId(`run ${run.commit} ${run.ref}`),
    GITHUB_RUN_NUMBER: '1',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_WORKFLOW_REF: `${run.repository}/${run.entry}@${run.ref}`,
    GITHUB_EVENT_NAME: run.event,
    GITHUB_REF: run.ref,
    GITHUB_REF_NAME: run.ref.replace(/^refs\/(?:heads|tags)\//, ''),
    GITHUB_SHA: run.commit,
    RUNNER_ENVIRONMENT: 'github-hosted',
  }
}
