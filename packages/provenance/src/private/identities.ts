import type { Claims, IdToken } from '@trustpub/identity'
import type { Extension } from './certificate.ts'
import * as der from './der.ts'

/** What a certificate says of a job: its name, and extensions by the last number of their identifier. */
export interface CertifiedIdentity {
  readonly subjectAltName: { readonly kind: 'uri' | 'email'; readonly value: string }
  readonly extensions: Readonly<Record<number, string>>
}

/** Sigstore's own arc: https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md */
const ARC = '1.3.6.1.4.1.57264.1'
/** The oldest ones are text as it is, later ones are UTF8String. */
const LAST_RAW = 7

/**
 * Words an ID token's claims as Sigstore's certificate authority does for each kind of CI. Undefined for claims that
 * name nobody.
 */
export function certifiedIdentity({
  issuer: { url },
  provider: { id },
  claims,
}: CertifiableToken): CertifiedIdentity | undefined {
  const words = WORDS[id]
  const identity = words === undefined ? byEmail(claims) : words(textOf(claims), url)
  if (identity === undefined || identity.subjectAltName.value === '') return undefined
  const said = { ...identity.extensions, 1: url, 8: url, 24: textOf(claims)('sub') }
  const extensions = Object.entries(said).filter(([, value]) => value !== '')
  return { ...identity, extensions: Object.fromEntries(extensions) }
}

/** A verified ID token, as far as a certificate needs it. */
export interface CertifiableToken {
  readonly issuer: Pick<IdToken['issuer'], 'url'>
  readonly provider: Pick<IdToken['provider'], 'id'>
  readonly claims: Claims
}

type Text = (claim: string) => string

/** Ids are numbers in some tokens. */
function textOf(claims: Claims): Text {
  return (claim) => {
    const value = claims[claim]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }
}

const WORDS: Readonly<Record<string, (text: Text, issuer: string) => CertifiedIdentity>> = {
  github: (text, issuer) => actions(text, githubServer(issuer)),
  forgejo: (text, issuer) => actions(text, new URL(issuer).origin),
  gitlab,
  buildkite,
  circleci,
}

function githubServer(issuer: string): string {
  const { hostname, origin } = new URL(issuer)
  return hostname === 'token.actions.githubusercontent.com' ? 'https://github.com' : origin
}

function actions(text: Text, server: string): CertifiedIdentity {
  const repository = text('repository')
  const file = text('job_workflow_ref') || text('workflow_ref')
  return {
    subjectAltName: { kind: 'uri', value: file === '' ? '' : `${server}/${file}` },
    extensions: {
      2: text('event_name'),
      3: text('sha'),
      4: text('workflow'),
      5: repository,
      6: text('ref'),
      9: `${server}/${file}`,
      10: text('job_workflow_sha'),
      11: text('runner_environment'),
      12: `${server}/${repository}`,
      13: text('sha'),
      14: text('ref'),
      15: text('repository_id'),
      16: `${server}/${text('repository_owner')}`,
      17: text('repository_owner_id'),
      18: `${server}/${text('workflow_ref')}`,
      19: text('workflow_sha'),
      20: text('event_name'),
      21: `${server}/${repository}/actions/runs/${text('run_id')}/attempts/${text('run_attempt')}`,
      22: text('repository_visibility'),
      23: text('environment'),
    },
  }
}

function gitlab(text: Text, issuer: string): CertifiedIdentity {
  const file = text('ci_config_ref_uri') && `https://${text('ci_config_ref_uri')}`
  const project = `${issuer}/${text('project_path')}`
  return {
    subjectAltName: { kind: 'uri', value: file },
    extensions: {
      9: file,
      10: text('ci_config_sha'),
      11: text('runner_environment'),
      12: project,
      13: text('sha'),
      14: `refs/${text('ref_type') === 'branch' ? 'heads' : 'tags'}/${text('ref')}`,
      15: text('project_id'),
      16: `${issuer}/${text('namespace_path')}`,
      17: text('namespace_id'),
      18: file,
      19: text('ci_config_sha'),
      20: text('pipeline_source'),
      21: `${project}/-/jobs/${text('job_id')}`,
      22: text('project_visibility'),
      23: text('environment'),
    },
  }
}

function buildkite(text: Text): CertifiedIdentity {
  const slugs = [text('organization_slug'), text('pipeline_slug')]
  const pipeline = slugs.includes('') ? '' : `https://buildkite.com/${slugs.join('/')}`
  return {
    subjectAltName: { kind: 'uri', value: pipeline },
    extensions: {
      11: text('runner_environment'),
      13: text('build_commit'),
      20: text('build_source'),
      21: `${pipeline}/builds/${text('build_number')}#${text('job_id')}`,
    },
  }
}

function circleci(text: Text): CertifiedIdentity {
  const own = (claim: string) => text(`oidc.circleci.com/${claim}`)
  const api = 'https://circleci.com/api/v2'
  const project = own('project-id')
  const definition = `${api}/projects/${project}/pipeline-definitions/${own('pipeline-definition-id')}`
  return {
    subjectAltName: { kind: 'uri', value: project === '' ? '' : definition },
    extensions: {
      9: definition,
      11: own('ssh-rerun') === 'true' ? 'ssh-rerun' : '',
      12: own('vcs-origin'),
      14: own('vcs-ref'),
      18: `${api}/pipeline/${own('pipeline-id')}/config`,
      21: `https://app.circleci.com/workflow/${own('workflow-id')}/job/${own('job-id')}`,
    },
  }
}

/** Everybody else is known by an address that the issuer has checked, as with Google Cloud. */
function byEmail(claims: Claims): CertifiedIdentity | undefined {
  if (typeof claims.email !== 'string' || claims.email_verified !== true) return undefined
  return { subjectAltName: { kind: 'email', value: claims.email }, extensions: {} }
}

/** The identity as certificate extensions. */
export function identityExtensions(identity: CertifiedIdentity): Extension[] {
  const { kind, value } = identity.subjectAltName
  // GeneralName (RFC 5280 section 4.2.1.6): rfc822Name is 1, uniformResourceIdentifier is 6.
  const name = der.implicit(kind === 'uri' ? 6 : 1, Buffer.from(value))
  const said = Object.entries(identity.extensions).map(([number, text]) => ({
    oid: `${ARC}.${number}`,
    value: Number(number) <= LAST_RAW ? Buffer.from(text) : der.utf8(text),
  }))
  // It is critical since the subject is empty.
  return [{ oid: '2.5.29.17', critical: true, value: der.sequence(name) }, ...said]
}
