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
import { refField, textField } from '../fields.ts'
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

type Name = 'repository' | 'workflow' | 'ref'

/** Codeberg is the largest public server; others are registered. */
const ISSUER = 'https://codeberg.org/api/actions'

/** Their runs have the base repository's identity while they may work on a stranger's code. */
const REFUSED_EVENTS = ['pull_request_target', 'workflow_run']

const WORKFLOWS = '.forgejo/workflows/'
const FOLDER = /\.(?:forgejo|gitea|github)\/workflows\//
const FILE = /[A-Za-z0-9_.@+-][A-Za-z0-9_.@+ -]*\.ya?ml/

/** Forgejo Actions, Codeberg and self-managed. Claims: https://forgejo.org/docs/latest/user/actions/security-openid-connect/ */
export const forgejo: Provider = defineProvider<Name>({
  id: 'forgejo',
  label: 'Forgejo Actions',
  issuer: ISSUER,
  numbered: false,
  algorithms: ['RS256'],
  maxLifetime: 3600,
  fields: {
    repository: textField(
      {
        label: 'Repository',
        help: 'owner/name, as in the address of the repository.',
        example: 'acme/widget',
      },
      /[A-Za-z0-9](?:[A-Za-z0-9._-]{0,39})\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}/,
      'write it as owner/name',
    ),
    workflow: workflowField(),
    ref: refField(),
  },
  sourceClaim: 'repository',
  pinnedClaims: ['repository_owner_id', 'repository_id'],
  lookupKey: (fields) => lowerAscii(fields.repository ?? ''),
  lookupKeyOf: (claims) => lowerAscii(textClaim(claims, 'repository')),
  check,
  describe,
  detect,
  requestIdToken: (env, audience, fetch) =>
    askActions({ provider: 'Forgejo Actions', audience }, env, fetch),
  secretVariables:
    /^(?:ACTIONS_ID_TOKEN_REQUEST_TOKEN|ACTIONS_RUNTIME_TOKEN|(?:FORGEJO|GITHUB|GITEA)_TOKEN)$/,
  maskCommand: '::add-mask::',
  simulate,
  jobVariables,
  npmTrust: {
    fromClaims: (claims) => ({
      repository: textClaim(claims, 'repository'),
      workflow: npmTrustFile(claims, 'workflow_ref'),
    }),
    toClaims: (fields) => ({
      repository: fields.repository,
      workflow_ref: { file: fields.workflow },
    }),
  },
  example: {
    fields: {
      repository: 'acme/widget',
      workflow: '.forgejo/workflows/release.yml',
      ref: 'refs/tags/v*',
    },
    run: {
      issuer: ISSUER,
      repository: 'acme/widget',
      ref: 'refs/tags/v1.0.0',
      commit: '3d3c42e5aac5ba805825da76410c181273ba90b1',
      event: 'push',
      entry: '.forgejo/workflows/release.yml',
      file: '.forgejo/workflows/release.yml',
    },
  },
})

function workflowField() {
  const field = textField(
    {
      label: 'Workflow file',
      help: 'The file that the event starts. A name alone stands for one in .forgejo/workflows.',
      example: '.forgejo/workflows/release.yml',
    },
    new RegExp(`${FOLDER.source}${FILE.source}`),
    'write the name of a .yml or .yaml file in .forgejo/workflows, .gitea/workflows or .github/workflows',
  )
  const withFolder = (typed: string) =>
    typed.includes('/') ? typed : `${WORKFLOWS}${typed.trim()}`
  return {
    ...field,
    pattern: `^(?:${FOLDER.source})?${FILE.source}$`,
    parse: (typed: string) => field.parse(withFolder(typed)),
  }
}

/** The letter case of a repository does not count, that of a file does; so the path uses the claim's own spelling. */
function check(fields: Fields<Name>, claims: Claims): Check[] {
  const text = (claim: string) => textClaim(claims, claim)
  const file = `${text('repository')}/${fields.workflow ?? ''}`
  const checks = [
    caseless('repository_mismatch', 'repository', fields.repository ?? '', text('repository')),
    fileAtRef('workflow_ref', file, [text('ref'), text('sha')], text('workflow_ref')),
  ]
  if (fields.ref !== undefined) checks.push(refCheck('ref', fields.ref, text('ref')))
  checks.push(notOf('event_name', REFUSED_EVENTS, text('event_name')))
  return checks
}

/** The web address of the server behind an issuer, which may lie in a folder. */
function serverOf(issuer: string): string {
  return issuer.replace(/\/api\/actions$/, '')
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
    url: `${repositoryUrl}/actions/runs/${text('run_number')}`,
  }
}

function detect(env: Environment): Detection {
  if (env.FORGEJO_ACTIONS !== 'true') {
    return {
      found: false,
      inCi: false,
      reason: 'this is not Forgejo Actions (FORGEJO_ACTIONS is not true)',
    }
  }
  if (env.ACTIONS_ID_TOKEN_REQUEST_URL && env.ACTIONS_ID_TOKEN_REQUEST_TOKEN) return { found: true }
  return {
    found: false,
    inCi: true,
    reason: 'the job may not request ID tokens: write enable-openid-connect: true in it',
  }
}

function simulate(run: SimulatedRun): Claims {
  const owner = run.repository.split('/')[0] ?? ''
  const subject = run.event === 'pull_request' ? 'pull_request' : `ref:${run.ref}`
  const number = simulatedId(`run ${run.commit} ${run.ref}`)
  const { jti: _, ...times } = simulatedTimes(3600)
  return {
    iss: run.issuer,
    sub: `repo:${run.repository}:${subject}`,
    ...times,
    repository: run.repository,
    repository_owner: owner,
    repository_id: simulatedId(`repository ${run.repository}`),
    repository_owner_id: simulatedId(`owner ${owner}`),
    ref: run.ref,
    ref_type: run.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    ref_protected: 'false',
    head_ref: '',
    base_ref: '',
    sha: run.commit,
    event_name: run.event,
    workflow: run.entry.split('/').at(-1) ?? '',
    workflow_ref: `${run.repository}/${run.entry}@${run.ref}`,
    run_id: number,
    run_number: number,
    run_attempt: '1',
    actor: owner,
    actor_id: simulatedId(`actor ${owner}`),
  }
}

function jobVariables(run: SimulatedRun): Environment {
  return {
    CI: 'true',
    // Forgejo passes for GitHub and Gitea, so that their actions work.
    GITHUB_ACTIONS: 'true',
    GITEA_ACTIONS: 'true',
    FORGEJO_ACTIONS: 'true',
    FORGEJO_SERVER_URL: serverOf(run.issuer),
    GITHUB_SERVER_URL: serverOf(run.issuer),
    GITHUB_REPOSITORY: run.repository,
    GITHUB_REPOSITORY_OWNER: run.repository.split('/')[0],
    GITHUB_EVENT_NAME: run.event,
    GITHUB_REF: run.ref,
    GITHUB_REF_NAME: run.ref.replace(/^refs\/(?:heads|tags)\//, ''),
    GITHUB_SHA: run.commit,
  }
}
