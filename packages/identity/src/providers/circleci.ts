import {
  type Check,
  type Claims,
  caseless,
  isBoolean,
  listed,
  lowerAscii,
  refCheck,
  textClaim,
  textsClaim,
} from '../check.ts'
import { listPattern, refField, textField, UUID, uuidField } from '../fields.ts'
import { askProgram, audienceOf } from '../id-token-request.ts'
import {
  type Detection,
  defineProvider,
  type Environment,
  type Fields,
  type Provider,
  type Run,
  type RunProgram,
  type SimulatedRun,
} from '../provider.ts'
import { simulatedTimes, simulatedUuid } from '../simulate.ts'

type Name = 'organization' | 'project' | 'pipelineDefinition' | 'repository' | 'contexts' | 'ref'

const ISSUER = 'https://oidc.circleci.com'

const ORGANIZATION = 'oidc.circleci.com/org-id'
const PROJECT = 'oidc.circleci.com/project-id'
const PIPELINE_DEFINITION = 'oidc.circleci.com/pipeline-definition-id'
const REPOSITORY = 'oidc.circleci.com/vcs-origin'
const REF = 'oidc.circleci.com/vcs-ref'
const CONTEXTS = 'oidc.circleci.com/context-ids'
const WORKFLOW_RUN = 'oidc.circleci.com/workflow-id'
/** In such a job a person has a shell. */
const SSH_RERUN = 'oidc.circleci.com/ssh-rerun'

/** Every one is compared at each exchange; a job uses a few contexts. */
const MAX_CONTEXTS = 20

/** Variables in which a job may hold an ID token: npm's own, and CircleCI's, whose audience is the organization. */
const TOKEN_VARIABLES = ['NPM_ID_TOKEN', 'CIRCLE_OIDC_TOKEN_V2', 'CIRCLE_OIDC_TOKEN']

const EXAMPLE_REPOSITORY = 'github.com/acme/widget'

/** CircleCI. Claims: https://circleci.com/docs/guides/permissions-authentication/openid-connect-tokens/ */
export const circleci: Provider = defineProvider<Name>({
  id: 'circleci',
  label: 'CircleCI',
  issuer: ISSUER,
  organisationIssuers:
    /^https:\/\/oidc\.circleci\.com\/org\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  numbered: false,
  algorithms: ['RS256'],
  maxLifetime: 3600,
  fields: {
    organization: uuidField({
      label: 'Organization ID',
      help: 'Organization Settings, Overview.',
      example: '2d2b7a4c-5f7a-4f1e-8c60-3a4c1d1f2b10',
    }),
    project: uuidField({
      label: 'Project ID',
      help: 'Project Settings, Overview.',
      example: '7a1f0a2e-6b1d-4d0e-9d1c-5b7d6f8e9a21',
    }),
    pipelineDefinition: uuidField({
      label: 'Pipeline definition ID',
      help: 'Project Settings, Project Setup: the pipeline that publishes.',
      example: 'c3f4e5d6-1a2b-4c3d-8e9f-0a1b2c3d4e5f',
    }),
    repository: textField(
      {
        label: 'Repository',
        help: 'Where the code comes from, as host/owner/name; keeps out builds of forks.',
        example: EXAMPLE_REPOSITORY,
      },
      /[A-Za-z0-9.-]+(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.-]+){2,}/,
      'write it as host/owner/name, without https://',
    ),
    contexts: contextsField(),
    ref: refField(),
  },
  sourceClaim: PROJECT,
  // What the owner types in are ids already.
  pinnedClaims: [],
  lookupKey: (fields) => lowerAscii(fields.project ?? ''),
  lookupKeyOf: (claims) => lowerAscii(textClaim(claims, PROJECT)),
  check,
  describe,
  detect,
  requestIdToken,
  secretVariables: /^(?:CIRCLE_OIDC_TOKEN(?:_V2)?|.*_ID_TOKEN)$/,
  simulate,
  jobVariables,
  npmTrust: {
    fromClaims: (claims) => {
      const contexts = textsClaim(claims, CONTEXTS).join(',')
      const fields = {
        organization: textClaim(claims, ORGANIZATION),
        project: textClaim(claims, PROJECT),
        pipelineDefinition: textClaim(claims, PIPELINE_DEFINITION),
        repository: textClaim(claims, REPOSITORY),
      }
      return contexts === '' ? fields : { ...fields, contexts }
    },
    toClaims: (fields) => ({
      [ORGANIZATION]: fields.organization,
      [PROJECT]: fields.project,
      [PIPELINE_DEFINITION]: fields.pipelineDefinition,
      [REPOSITORY]: fields.repository,
      ...(fields.contexts === undefined ? {} : { [CONTEXTS]: listed(fields.contexts) }),
    }),
  },
  example: {
    fields: {
      organization: simulatedUuid('organization github.com/acme'),
      project: simulatedUuid(`project ${EXAMPLE_REPOSITORY}`),
      pipelineDefinition: simulatedUuid(`pipeline ${EXAMPLE_REPOSITORY} .circleci/config.yml`),
      repository: EXAMPLE_REPOSITORY,
      contexts: simulatedUuid('context release'),
      ref: 'refs/tags/v1.0.0',
    },
    run: {
      issuer: ISSUER,
      repository: EXAMPLE_REPOSITORY,
      ref: 'refs/tags/v1.0.0',
      // The claims do not tell it.
      commit: '',
      event: 'push',
      entry: '.circleci/config.yml',
      file: '.circleci/config.yml',
      environment: 'release',
    },
  },
})

function contextsField() {
  const one = uuidField({ label: '', help: '', example: '' })
  return {
    label: 'Context IDs',
    help: 'Contexts that the job must use, separated by commas; who may use a context is restricted in CircleCI.',
    example: '5b7d6f8e-9a21-4c3d-8e9f-7a1f0a2e6b1d',
    optional: true,
    pattern: listPattern(UUID, MAX_CONTEXTS),
    parse: (typed: string) => {
      const parsed = listed(typed).map((id) => one.parse(id))
      const wrong = parsed.find((each) => 'reason' in each)
      if (wrong !== undefined) return wrong
      if (parsed.length === 0 || parsed.length > MAX_CONTEXTS)
        return { reason: `write one to ${MAX_CONTEXTS} UUIDs, separated by commas` }
      return { value: parsed.map((each) => ('value' in each ? each.value : '')).join(',') }
    },
  }
}

function check(fields: Fields<Name>, claims: Claims, issuer: string): Check[] {
  const text = (claim: string) => textClaim(claims, claim)
  const same = (claim: string, expected = '') =>
    caseless('claim_refused', claim, expected, text(claim))
  const checks = [
    issuerCheck(fields, claims, issuer),
    same(ORGANIZATION, fields.organization),
    caseless('repository_mismatch', PROJECT, fields.project ?? '', text(PROJECT)),
    same(PIPELINE_DEFINITION, fields.pipelineDefinition),
    same(REPOSITORY, fields.repository),
    isBoolean(SSH_RERUN, false, claims),
  ]
  if (fields.contexts !== undefined) checks.push(contextCheck(fields.contexts, claims))
  if (fields.ref !== undefined) checks.push(refCheck(REF, fields.ref, text(REF)))
  return checks
}

/** An organization's issuer vouches for that organization only. */
function issuerCheck(fields: Fields<Name>, claims: Claims, issuer: string): Check {
  const actual = textClaim(claims, 'iss')
  const expected = `${issuer}/org/${fields.organization ?? ''}`
  const ok = actual === issuer || actual === expected
  return { claim: 'iss', expected, actual, ok, code: 'claim_refused' }
}

function contextCheck(expected: string, claims: Claims): Check {
  const used = textsClaim(claims, CONTEXTS)
  const ok = listed(expected).every((context) => used.includes(context))
  return { claim: CONTEXTS, expected, actual: used.join(','), ok, code: 'claim_refused' }
}

function describe(claims: Claims): Run {
  const text = (claim: string) => textClaim(claims, claim)
  const repository = text(REPOSITORY)
  return {
    repository,
    // Pipelines that a webhook starts have none.
    repositoryUrl: repository === '' ? '' : `https://${repository}`,
    workflow: text(PIPELINE_DEFINITION),
    ref: text(REF),
    commit: '',
    url: `https://app.circleci.com/pipelines/workflows/${text(WORKFLOW_RUN)}`,
  }
}

function detect(env: Environment): Detection {
  if (env.CIRCLECI === 'true') return { found: true }
  return { found: false, inCi: false, reason: 'this is not CircleCI (CIRCLECI is not true)' }
}

/**
 * `circleci run oidc get --claims '{"aud":"…"}'`, which each job has; where it is missing, a variable with the right
 * audience. npm knows the organization's issuer, PyPI and Sigstore the one that all share.
 */
async function requestIdToken(
  env: Environment,
  audience: string,
  _fetch: typeof globalThis.fetch,
  run?: RunProgram,
): Promise<string> {
  const request = { provider: 'CircleCI', audience }
  const args = ['run', 'oidc', 'get', '--claims', JSON.stringify({ aud: audience })]
  if (!audience.startsWith('npm:')) args.push('--root-issuer')
  try {
    return await askProgram(request, 'circleci', args, run)
  } catch (error) {
    const given = TOKEN_VARIABLES.map((name) => env[name] ?? '')
    const fitting = given.find((token) => audienceOf(token) === audience)
    if (fitting === undefined) throw error
    return fitting
  }
}

function simulate(run: SimulatedRun): Claims {
  const owner = run.repository.split('/').slice(0, -1).join('/')
  const organization = simulatedUuid(`organization ${owner}`)
  const project = simulatedUuid(`project ${run.repository}`)
  const user = simulatedUuid(`user ${owner}`)
  const { jti: _, nbf: __, ...times } = simulatedTimes(3600)
  return {
    iss: run.issuer,
    sub: `org/${organization}/project/${project}/user/${user}/vcs-origin/${run.repository}/vcs-ref/${run.ref}`,
    ...times,
    [ORGANIZATION]: organization,
    [PROJECT]: project,
    [PIPELINE_DEFINITION]: simulatedUuid(`pipeline ${run.repository} ${run.entry}`),
    [REPOSITORY]: run.repository,
    [REF]: run.ref,
    [CONTEXTS]: run.environment === undefined ? [] : [simulatedUuid(`context ${run.environment}`)],
    [SSH_RERUN]: false,
    [WORKFLOW_RUN]: simulatedUuid(`workflow ${run.commit} ${run.ref}`),
    'oidc.circleci.com/pipeline-id': simulatedUuid(`run ${run.commit} ${run.ref}`),
    'oidc.circleci.com/job-id': simulatedUuid(`job ${run.commit} ${run.ref}`),
  }
}

function jobVariables(run: SimulatedRun): Environment {
  const [, owner, name] = run.repository.split('/')
  const ref = run.ref.replace(/^refs\/(?:heads|tags)\//, '')
  return {
    CI: 'true',
    CIRCLECI: 'true',
    CIRCLE_PROJECT_USERNAME: owner,
    CIRCLE_PROJECT_REPONAME: name,
    CIRCLE_REPOSITORY_URL: `https://${run.repository}`,
    CIRCLE_SHA1: run.commit,
    CIRCLE_WORKFLOW_ID: simulatedUuid(`workflow ${run.commit} ${run.ref}`),
    ...(run.ref.startsWith('refs/tags/') ? { CIRCLE_TAG: ref } : { CIRCLE_BRANCH: ref }),
  }
}
