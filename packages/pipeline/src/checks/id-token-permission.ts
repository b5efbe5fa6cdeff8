import { type TrustedUpload, uploadsOf } from '../release.ts'
import { refusalOf } from './caller-permission.ts'
import type { Check } from './check.ts'

/** F3: the permission that ID tokens need was never given, or got lost on the way. */
export const idTokenPermission: Check = {
  id: 'id-token-permission',
  title: 'a job that publishes without a token and may not ask for an ID token',
  failures: ['F2', 'F3'],
  severity: 'error',
  *find(release) {
    if (release.pipeline.provider !== 'github') return
    for (const upload of uploadsOf(release)) {
      const { job, credentials } = upload
      // A run that does not even start is reported as that.
      if (credentials !== 'none' || refusalOf(job) !== undefined) continue
      const { place = job.place, reason } = job.idToken
      yield {
        place,
        message: `${reason} ${words(upload)}`,
        fix: `Give job "${job.id}" \`id-token: write\`, beside what it needs already (\`trustpub migrate\` does it).`,
      }
    }
  },
}

/** What the client says on release day. */
function words({ step }: TrustedUpload): string {
  const said = step.action?.name === 'pypa/gh-action-pypi-publish' ? SAID.action : SAID[step.client]
  return said === undefined ? 'The upload will be refused.' : `The release ends with "${said}".`
}

const SAID: Readonly<Record<string, string>> = {
  action:
    'OpenID Connect token retrieval failed: GitHub: missing or insufficient OIDC token permissions',
  npm: 'npm error code ENEEDAUTH',
  pnpm: 'ERR_PNPM_ID_TOKEN_GITHUB_WORKFLOW_INCORRECT_PERMISSIONS',
  yarn: 'YN0033: No authentication configured for request',
  uv: 'Failed to obtain OIDC token: is the `id-token: write` permission missing?',
}
