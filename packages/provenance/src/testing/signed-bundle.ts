import { createHash } from 'node:crypto'
import type { Claims, Environment } from '@trustpub/identity'
import type { Bundle } from '../bundle.ts'
import { npmProvenance } from '../provenance.ts'
import { type SigningServices, sign } from '../sign.ts'
import { npmSubject, type Statement, type Subject } from '../statement.ts'
import { exampleClaims, identityToken } from './identity-token.ts'

/** The run that signs in these tests. */
export const claims: Claims = exampleClaims('github')

/** The file that it signs for. */
export const subject: Subject = npmSubject(
  '@acme/widget',
  '1.0.0',
  `sha512-${createHash('sha512').update('tarball').digest('base64')}`,
)

/** The variables that GitHub sets in its job. */
export const job: Environment = jobOf((claim) => String(claims[claim]))

/** What it states. */
export const statement: Statement = npmProvenance('github', job, subject)

/** A genuine bundle that signs this, whatever it is. */
export function signed(what: Statement, services: SigningServices): Promise<Bundle> {
  return sign(what, { identityToken: async () => identityToken(claims), services })
}

function jobOf(text: (claim: string) => string): Environment {
  return {
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: text('repository'),
    GITHUB_WORKFLOW_REF: text('workflow_ref'),
    GITHUB_EVENT_NAME: text('event_name'),
    GITHUB_REPOSITORY_ID: text('repository_id'),
    GITHUB_REPOSITORY_OWNER_ID: text('repository_owner_id'),
    GITHUB_REF: text('ref'),
    GITHUB_SHA: text('sha'),
    GITHUB_RUN_ID: text('run_id'),
    GITHUB_RUN_ATTEMPT: text('run_attempt'),
    RUNNER_ENVIRONMENT: text('runner_environment'),
  }
}
