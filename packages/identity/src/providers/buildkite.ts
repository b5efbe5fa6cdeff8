import { type Check, type Claims, exactly, lowerAscii, refCheck, textClaim } from '../check.ts'
import { refField, textField } from '../fields.ts'
import { askProgram } from '../id-token-request.ts'
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
import { simulatedId, simulatedTimes, simulatedUuid } from '../simulate.ts'

type Name = 'organization' | 'pipeline' | 'step' | 'ref'

const SLUG = /[a-z0-9](?:[a-z0-9-]*[a-z0-9])?/

/** Buildkite. Claims: https://buildkite.com/docs/agent/cli/reference/oidc */
export const buildkite: Provider = defineProvider<Name>({
  id: 'buildkite',
  label: 'Buildkite',
  issuer: 'https://agent.buildkite.com',
  numbered: false,
  algorithms: ['RS256'],
  // Five minutes unless the job asks for more; nobody needs more than an hour to publish.
  maxLifetime: 3600,
  fields: {
    organization: textField(
      {
        label: 'Organization',
        help: 'The organization as in the address of the pipeline, buildkite.com/organization/pipeline.',
        example: 'acme',
      },
      SLUG,
      'write it as in the address: lower case, digits and hyphens',
    ),
    pipeline: textField(
      {
        label: 'Pipeline',
        help: 'The pipeline as in its address. It must not build pull requests from forks: Buildkite does not tell those apart for certain.',
        example: 'widget-release',
      },
      SLUG,
      'write it as in the address: lower case, digits and hyphens',
    ),
    step: textField(
      {
        label: 'Step key',
        help: 'The key of the step that publishes.',
        example: 'publish',
        optional: true,
      },
      /[A-Za-z0-9_.:-]+/,
      'write the value of key: letters, digits, and _ - : .',
    ),
    ref: refField(),
  },
  sourceClaim: 'organization_slug',
  pinnedClaims: ['organization_id', 'pipeline_id'],
  lookupKey: (fields) => keyOf(fields.organization ?? '', fields.pipeline ?? ''),
  lookupKeyOf: (claims) =>
    keyOf(textClaim(claims, 'organization_slug'), textClaim(claims, 'pipeline_slug')),
  check,
  describe,
  detect,
  requestIdToken,
  secretVariables: /^BUILDKITE_AGENT_(?:ACCESS|JOB_API)_TOKEN$/,
  simulate,
  jobVariables,
  npmTrust: {
    fromClaims: (claims) => {
      const step = textClaim(claims, 'step_key')
      const fields = {
        organization: textClaim(claims, 'organization_slug'),
        pipeline: textClaim(claims, 'pipeline_slug'),
      }
      return step === '' ? fields : { ...fields, step }
    },
    toClaims: (fields) => ({
      organization_slug: fields.organization,
      pipeline_slug: fields.pipeline,
      ...(fields.step === undefined ? {} : { step_key: fields.step }),
    }),
  },
  example: {
    fields: {
      organization: 'acme-kit',
      pipeline: 'widget',
      step: 'publish',
      ref: 'refs/heads/main',
    },
    run: {
      issuer: 'https://agent.buildkite.com',
      repository: 'acme-kit/widget',
      ref: 'refs/heads/main',
      commit: '3d3c42e5aac5ba805825da76410c181273ba90b1',
      event: 'push',
      entry: '.buildkite/pipeline.yml',
      file: '.buildkite/pipeline.yml',
      environment: 'publish',
    },
  },
})

function keyOf(organization: string, pipeline: string): string {
  return organization === '' || pipeline === '' ? '' : lowerAscii(`${organization}/${pipeline}`)
}

function check(fields: Fields<Name>, claims: Claims): Check[] {
  const text = (claim: string) => textClaim(claims, claim)
  const checks = [
    exactly(
      'repository_mismatch',
      'organization_slug',
      fields.organization ?? '',
      text('organization_slug'),
    ),
    exactly('claim_refused', 'pipeline_slug', fields.pipeline ?? '', text('pipeline_slug')),
    branchCheck(text('build_branch')),
  ]
  if (fields.step !== undefined) {
    checks.push(exactly('claim_refused', 'step_key', fields.step, text('step_key')))
  }
  if (fields.ref !== undefined) {
    const claim = text('build_tag') === '' ? 'build_branch' : 'build_tag'
    checks.push(refCheck(claim, fields.ref, refOf(claims)))
  }
  return checks
}

/** Branches of forks are named `owner:branch`; no branch of git has a colon. */
function branchCheck(actual: string): Check {
  const ok = actual !== '' && !actual.includes(':')
  return { claim: 'build_branch', expected: 'no fork', actual, ok, code: 'event_refused' }
}

function refOf(claims: Claims): string {
  const tag = textClaim(claims, 'build_tag')
  if (tag !== '') return `refs/tags/${tag}`
  const branch = textClaim(claims, 'build_branch')
  return branch === '' ? '' : `refs/heads/${branch}`
}

function describe(claims: Claims): Run {
  const text = (claim: string) => textClaim(claims, claim)
  const repository = `${text('organization_slug')}/${text('pipeline_slug')}`
  const repositoryUrl = `https://buildkite.com/${repository}`
  const { build_number: build } = claims
  return {
    repository,
    repositoryUrl,
    workflow: text('step_key'),
    ref: refOf(claims),
    commit: text('build_commit'),
    url: `${repositoryUrl}/builds/${typeof build === 'number' ? build : text('build_number')}#${text('job_id')}`,
  }
}

function detect(env: Environment): Detection {
  if (env.BUILDKITE !== 'true') {
    return { found: false, inCi: false, reason: 'this is not Buildkite (BUILDKITE is not true)' }
  }
  if (env.BUILDKITE_AGENT_ACCESS_TOKEN && env.BUILDKITE_JOB_ID) return { found: true }
  return {
    found: false,
    inCi: true,
    reason:
      'the agent cannot be reached from here: set propagate-environment and mount-buildkite-agent in the docker plugin',
  }
}

/** `buildkite-agent oidc request-token`, with the ids that are pinned, which it leaves out unless asked for. */
function requestIdToken(
  _env: Environment,
  audience: string,
  _fetch: typeof globalThis.fetch,
  run?: RunProgram,
): Promise<string> {
  const ids = ['--claim', 'organization_id', '--claim', 'pipeline_id']
  const args = ['oidc', 'request-token', '--audience', audience, ...ids]
  return askProgram({ provider: 'Buildkite', audience }, 'buildkite-agent', args, run)
}

/** The branch and, for a tag, the tag: its build bears the name of the tag as branch too. */
function refClaims(ref: string): { readonly build_branch: string; readonly build_tag?: string } {
  const name = ref.replace(/^refs\/(?:heads|tags)\//, '')
  return ref.startsWith('refs/tags/')
    ? { build_branch: name, build_tag: name }
    : { build_branch: name }
}

function simulate(run: SimulatedRun): Claims {
  const [organization = '', pipeline = ''] = run.repository.split('/')
  const step = run.environment ?? 'publish'
  const { jti: _, ...times } = simulatedTimes(300)
  return {
    iss: run.issuer,
    sub: `organization:${organization}:pipeline:${pipeline}:ref:${run.ref}:commit:${run.commit}:step:${step}`,
    ...times,
    organization_slug: organization,
    organization_id: simulatedUuid(`organization ${organization}`),
    pipeline_slug: pipeline,
    pipeline_id: simulatedUuid(`pipeline ${run.repository}`),
    build_number: Number(simulatedId(`build ${run.commit} ${run.ref}`)),
    ...refClaims(run.ref),
    build_commit: run.commit,
    step_key: step,
    job_id: simulatedUuid(`job ${run.commit} ${run.ref}`),
    agent_id: simulatedUuid(`agent ${organization}`),
    runner_environment: 'self-hosted',
  }
}

function jobVariables(run: SimulatedRun): Environment {
  const [organization, pipeline] = run.repository.split('/')
  const { build_branch, build_tag } = refClaims(run.ref)
  return {
    CI: 'true',
    BUILDKITE: 'true',
    BUILDKITE_ORGANIZATION_SLUG: organization,
    BUILDKITE_PIPELINE_SLUG: pipeline,
    BUILDKITE_BUILD_NUMBER: simulatedId(`build ${run.commit} ${run.ref}`),
    BUILDKITE_JOB_ID: simulatedUuid(`job ${run.commit} ${run.ref}`),
    BUILDKITE_STEP_KEY: run.environment ?? 'publish',
    BUILDKITE_BRANCH: build_branch,
    BUILDKITE_TAG: build_tag ?? '',
    BUILDKITE_COMMIT: run.commit,
  }
}
