import { type Claims, findProvider, type ProviderId } from '@trustpub/identity'
import type { SigningCertificate } from './certificate.ts'

/** Fulcio's extensions that word claims, by the last number of their OID. */
const BUILD_SIGNER_URI = 9
const BUILD_SIGNER_DIGEST = 10
const RUNNER_ENVIRONMENT = 11
const SOURCE_URI = 12
const SOURCE_DIGEST = 13
const SOURCE_REF = 14
const SOURCE_ID = 15
const OWNER_URI = 16
const OWNER_ID = 17
const BUILD_CONFIG_URI = 18
const BUILD_CONFIG_DIGEST = 19
const BUILD_TRIGGER = 20
const RUN_URI = 21
const VISIBILITY = 22
const DEPLOYMENT_ENVIRONMENT = 23
const TOKEN_SUBJECT = 24

/**
 * What a certificate says, worded as the claims of the ID token that it was issued for. Addresses lose the server that
 * the issuer stands for, nothing else is cut; an address of another server yields no claim, and no claim matches nothing.
 */
export function certificateClaims(
  provider: ProviderId,
  issuer: string,
  certificate: SigningCertificate,
): Claims {
  const wording = WORDINGS[provider]
  if (wording === undefined) return {}
  const text = (id: number) => certificate.extensions.get(id) ?? ''
  const server = serverOf(provider, issuer)
  const path = (id: number) => after(server, text(id))
  const claims = {
    iss: issuer,
    sub: text(TOKEN_SUBJECT),
    environment: text(DEPLOYMENT_ENVIRONMENT),
    runner_environment: text(RUNNER_ENVIRONMENT),
    ...wording({ text, path, certificate }),
  }
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== ''))
}

/** The web address of the server behind an issuer, with a slash at the end: that of a repository without a name. */
export function serverOf(provider: ProviderId, issuer: string): string {
  return findProvider(provider).describe({}, issuer).repositoryUrl
}

interface Reading {
  /** The text of an extension; empty if it is absent. */
  readonly text: (id: number) => string
  /** The same without the address of the server; empty if it is of another server. */
  readonly path: (id: number) => string
  readonly certificate: SigningCertificate
}

/**
 * By provider: Fulcio's own table the other way round,
 * https://github.com/sigstore/fulcio/blob/main/config/identity/config.yaml. Buildkite is not in it: certificates say
 * nothing of the branch, so they cannot tell a release from the build of a pull request.
 */
const WORDINGS: Readonly<Record<ProviderId, (reading: Reading) => Claims>> = {
  github: actions,
  forgejo: actions,
  gitlab: ({ text, path }) => ({
    project_path: path(SOURCE_URI),
    project_id: text(SOURCE_ID),
    namespace_path: path(OWNER_URI),
    namespace_id: text(OWNER_ID),
    project_visibility: text(VISIBILITY),
    ref_path: text(SOURCE_REF),
    sha: text(SOURCE_DIGEST),
    pipeline_source: text(BUILD_TRIGGER),
    ci_config_ref_uri: after('https://', text(BUILD_CONFIG_URI)),
    ci_config_sha: text(BUILD_CONFIG_DIGEST),
    ...numbers(/^(?<job_id>\d+)$/, `${path(SOURCE_URI)}/-/jobs/`, path(RUN_URI)),
  }),
  circleci: ({ text }) => {
    const definition =
      /^https:\/\/circleci\.com\/api\/v2\/projects\/([0-9a-f-]{36})\/pipeline-definitions\/([0-9a-f-]{36})$/
    const [, project = '', pipeline = ''] = definition.exec(text(BUILD_SIGNER_URI)) ?? []
    return {
      'oidc.circleci.com/project-id': project,
      'oidc.circleci.com/pipeline-definition-id': pipeline,
      'oidc.circleci.com/vcs-origin': text(SOURCE_URI),
      'oidc.circleci.com/vcs-ref': text(SOURCE_REF),
      'oidc.circleci.com/ssh-rerun': text(RUNNER_ENVIRONMENT) === 'ssh-rerun',
    }
  },
  // Fulcio certifies addresses only after the issuer has verified them.
  google: ({ certificate: { email = '' } }) => ({ email, email_verified: email !== '' }),
}

function actions({ text, path }: Reading): Claims {
  return {
    repository: path(SOURCE_URI),
    repository_id: text(SOURCE_ID),
    repository_owner: path(OWNER_URI),
    repository_owner_id: text(OWNER_ID),
    repository_visibility: text(VISIBILITY),
    ref: text(SOURCE_REF),
    sha: text(SOURCE_DIGEST),
    event_name: text(BUILD_TRIGGER),
    workflow_ref: path(BUILD_CONFIG_URI),
    workflow_sha: text(BUILD_CONFIG_DIGEST),
    job_workflow_ref: path(BUILD_SIGNER_URI),
    job_workflow_sha: text(BUILD_SIGNER_DIGEST),
    ...numbers(
      /^(?<run_id>\d+)\/attempts\/(?<run_attempt>\d+)$/,
      `${path(SOURCE_URI)}/actions/runs/`,
      path(RUN_URI),
    ),
  }
}

function after(prefix: string, text: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : ''
}

/** The numbers in the address of a run, if it is one of this repository. */
function numbers(shape: RegExp, prefix: string, address: string): Claims {
  return { ...shape.exec(after(prefix, address))?.groups }
}

/**
 * Claims that this certificate cannot hold, whatever the job was. Environment and subject are named by new certificate authorities
 * only, which name the subject always.
 */
export function unsaidClaims(provider: ProviderId, claims: Claims): readonly string[] {
  const unsaid = ALWAYS_UNSAID[provider] ?? []
  return claims.sub === undefined && claims.environment === undefined
    ? [...unsaid, 'environment', 'sub']
    : unsaid
}

const ALWAYS_UNSAID: Readonly<Record<ProviderId, readonly string[]>> = {
  circleci: ['oidc.circleci.com/org-id', 'oidc.circleci.com/context-ids'],
}
