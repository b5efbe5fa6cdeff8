import { isJupyterReleaser } from '../github/actions.ts'
import type { ClientId } from '../model.ts'
import { type TrustedUpload, uploadsOf } from '../release.ts'
import type { Check } from './check.ts'

/** F19, F25: ID tokens are there, and so is a stored token. */
export const leftoverToken: Check = {
  id: 'leftover-token',
  title:
    'a stored token beside leave to ask for ID tokens: it hides whether trusted publishing works',
  failures: ['F19', 'F25'],
  severity: 'warning',
  *find(release) {
    for (const upload of uploadsOf(release)) {
      if (upload.credentials !== 'both') continue
      for (const { name, place, as } of upload.step.storedSecrets) {
        const where = as === undefined ? name : `${as} (the secret ${name})`
        yield {
          place,
          message: `${where} is still handed to \`${upload.step.text}\`. ${effect(upload)}`,
          fix: 'If the publisher is configured, take the token out and release once without it; then delete the secret and revoke the token. `trustpub migrate` shows the edit, or why it leaves the token.',
        }
      }
    }
  },
}

/** What each client does when it has both (measured). */
function effect({ step }: TrustedUpload): string {
  if (step.action?.name === 'pypa/gh-action-pypi-publish') {
    return 'The action uses the password and exchanges nothing; it makes no attestations, and its newest releases refuse the mixture.'
  }
  if (step.action !== undefined && isJupyterReleaser(step.action)) {
    return 'jupyter_releaser does not read it: where the job may ask for ID tokens, it exchanges one and uses nothing else.'
  }
  if (step.incapable !== undefined)
    return 'It is what publishes: no ID token is exchanged here yet.'
  if (step.uploader === 'npm' && step.client !== 'npm') {
    return `${step.client} leaves the upload to npm, and npm falls back to it in silence if the exchange fails: the release works until the token dies.`
  }
  return (
    EFFECTS[step.client] ??
    'The token is used if the exchange fails, and nobody notices until it expires.'
  )
}

const EFFECTS: Partial<Readonly<Record<ClientId, string>>> = {
  npm: 'npm falls back to it in silence if the exchange fails: the release works until the token dies, then it ends with a 404.',
  'semantic-release':
    'semantic-release falls back to it in silence if the exchange fails: the release works until the token dies.',
  pnpm: 'pnpm falls back to it with a warning if the exchange fails: the release works until the token dies.',
  yarn: 'yarn uses it and never tries the exchange.',
  pdm: 'pdm uses it and never tries the exchange.',
  maturin: 'maturin uses it and never tries the exchange.',
  twine: 'twine uses the password and never tries the exchange.',
  uv: 'uv uses it and never tries the exchange; with `--trusted-publishing always` it refuses the mixture.',
}
