import type { Claims, Provider } from '@trustpub/identity'
import type { Ecosystem } from '../artifact.ts'
import type { Said } from '../targets/target.ts'

/** What is known when a registry refuses. */
export interface RefusedFacts {
  readonly ecosystem: Ecosystem
  readonly step: 'exchange' | 'upload'
  readonly name: string
  readonly said: Said
  readonly provider: Provider
  readonly claims: Claims
}

interface Rule {
  readonly ecosystem: Ecosystem
  readonly step: RefusedFacts['step']
  readonly applies: (facts: RefusedFacts) => boolean
  readonly cause: (facts: RefusedFacts) => string
}

const status = (wanted: number) => (facts: RefusedFacts) => facts.said.status === wanted
const code = (wanted: string) => (facts: RefusedFacts) => facts.said.code === wanted
const says = (pattern: RegExp) => (facts: RefusedFacts) => pattern.test(facts.said.message)

/** What registries mean by answers that do not say it, nearest first. The first rule that fits counts. */
const RULES: readonly Rule[] = [
  {
    ecosystem: 'npm',
    step: 'exchange',
    applies: (facts) => status(404)(facts) && /@\d+/.test(text(facts.claims, 'sub')),
    cause: (facts) =>
      `The subject of the token has the new, immutable form, which npm has refused with this answer. If the publisher is right (${expected(facts)}), the registry is at fault.`,
  },
  {
    ecosystem: 'npm',
    step: 'exchange',
    applies: status(404),
    cause: (facts) =>
      `Either no trusted publisher of ${facts.name} fits (it must name ${expected(facts)}), or the package does not exist yet: npm lets nobody make a package by an exchange, so its first version is published by hand.`,
  },
  {
    ecosystem: 'npm',
    step: 'exchange',
    applies: status(401),
    cause: ({ claims }) =>
      `The registry takes no ID tokens from "${text(claims, 'iss')}": npmjs.com knows the public services only, not enterprise or self-managed ones.`,
  },
  {
    ecosystem: 'npm',
    step: 'upload',
    applies: (facts) => status(403)(facts) && says(/permission denied/i)(facts),
    cause: () =>
      'The trusted publisher does not allow publishing, only staging for approval. Allow it there, or publish with --stage.',
  },
  {
    ecosystem: 'npm',
    step: 'upload',
    applies: says(/repository/i),
    cause: ({ provider, claims }) =>
      `With provenance the repository in package.json must be the one that builds: ${provider.describe(claims, issuerOf(provider, claims)).repositoryUrl}, in the same letter case.`,
  },
  {
    ecosystem: 'npm',
    step: 'upload',
    applies: says(/runner environment|visibility/i),
    cause: () =>
      "npm takes provenance from public repositories and the CI's own runners only. Publish from those, or with --provenance never.",
  },
  {
    ecosystem: 'pypi',
    step: 'exchange',
    applies: (facts) => code('invalid-publisher')(facts) && isCalled(facts.claims),
    cause: (facts) =>
      `The job is in a workflow that another one calls. PyPI compares the file that holds the job: the publisher must name ${expected(facts)}.`,
  },
  {
    ecosystem: 'pypi',
    step: 'exchange',
    applies: code('invalid-publisher'),
    cause: (facts) => `No trusted publisher fits. It must name ${expected(facts)}.`,
  },
  {
    ecosystem: 'pypi',
    step: 'exchange',
    applies: code('invalid-pending-publisher'),
    cause: () =>
      'The pending publisher is for a project that exists by now. Add a trusted publisher in the settings of that project.',
  },
  {
    ecosystem: 'pypi',
    step: 'exchange',
    applies: code('invalid-reuse-token'),
    cause: () =>
      'This ID token was exchanged before, in this job. Where the CI gives each audience one token, publish everything with one trustpub publish, or declare a second variable with the same audience.',
  },
  {
    ecosystem: 'pypi',
    step: 'exchange',
    applies: code('invalid-payload'),
    cause: ({ claims }) =>
      `The index takes no ID tokens from "${text(claims, 'iss')}": PyPI knows the public services only, unless an organisation has registered its own.`,
  },
  {
    ecosystem: 'pypi',
    step: 'exchange',
    applies: code('not-enabled'),
    cause: () =>
      'The index has trusted publishing switched off, or this CI. Nothing can be done here.',
  },
  {
    ecosystem: 'pypi',
    step: 'upload',
    applies: says(/cannot create new projects/i),
    cause: ({ name }) =>
      `The pending publisher names another project than ${name}. Correct the name there or in the metadata.`,
  },
  {
    ecosystem: 'pypi',
    step: 'upload',
    applies: says(/attestation/i),
    cause: ({ claims }) =>
      isCalled(claims)
        ? 'The certificate names the calling workflow, the publisher the called one, and PyPI accepts no attestation then. Publish with --attestations never.'
        : 'The attestation was not accepted. Publish with --attestations never to go on without.',
  },
  {
    ecosystem: 'pypi',
    step: 'upload',
    applies: says(/invalid or non-existent authentication/i),
    cause: () =>
      'The token has run out or is for another index: PyPI and TestPyPI each have publishers of their own.',
  },
]

/** The likeliest cause of a refusal; undefined if the registry named it, or nothing is known about such an answer. */
export function likelyCause(facts: RefusedFacts): string | undefined {
  if (facts.said.explains) return undefined
  const rule = RULES.find(
    ({ ecosystem, step, applies }) =>
      ecosystem === facts.ecosystem && step === facts.step && applies(facts),
  )
  return rule?.cause(facts)
}

/** npm compares the workflow that was started, PyPI the one that holds the job. */
function expected({ ecosystem, provider, claims }: RefusedFacts): string {
  const run = provider.describe(claims, issuerOf(provider, claims))
  const called = text(claims, 'job_workflow_ref')
  const workflow = ecosystem === 'pypi' && called !== '' ? called : run.workflow
  const environment = text(claims, 'environment')
  const parts = [`repository "${run.repository}"`]
  if (workflow !== '') parts.push(`workflow "${fileOf(workflow, run.repository)}"`)
  parts.push(environment === '' ? 'no environment' : `environment "${environment}" or none`)
  return parts.join(', ')
}

/** `release.yml` of `acme/widget/.github/workflows/release.yml@refs/…`; the path of GitLab's file. */
function fileOf(workflow: string, repository: string): string {
  const path = workflow.replace(/@refs\/.*$|@[0-9a-f]{40,}$/s, '')
  const github = `${repository}/.github/workflows/`
  if (path.startsWith(github)) return path.slice(github.length)
  return path.includes('//') ? path.slice(path.indexOf('//') + 2) : path
}

function isCalled(claims: Claims): boolean {
  const called = text(claims, 'job_workflow_ref')
  return called !== '' && called !== text(claims, 'workflow_ref')
}

function issuerOf(provider: Provider, claims: Claims): string {
  const issuer = text(claims, 'iss')
  return URL.canParse(issuer) ? issuer : provider.issuer
}

function text(claims: Claims, name: string): string {
  const value = claims[name]
  return typeof value === 'string' ? value : ''
}
