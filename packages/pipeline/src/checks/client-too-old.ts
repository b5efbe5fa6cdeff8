import { hiddenByTox } from '../migrations/rewrites/tox-environment.ts'
import type { ClientId } from '../model.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import type { Check } from './check.ts'
import { gravityOf } from './gravity.ts'
import { isOldNpm } from './npm-too-old.ts'

/** F16, F17: the client, or the tool around it, cannot exchange ID tokens in the version that is written. */
export const clientTooOld: Check = {
  id: 'client-too-old',
  title: 'a client, tool or action that cannot exchange ID tokens, in this version or at all',
  failures: ['F16', 'F17'],
  severity: 'error',
  *find(release) {
    for (const upload of uploadsOf(release)) {
      const { step, job } = upload
      const severity = gravityOf(upload)
      const why = step.incapable ?? whyHidden(upload, release)
      if (severity === undefined || why === undefined || isOldNpm(upload)) continue
      const end =
        severity === 'warning'
          ? 'So far it publishes with the stored token, and never tries an ID token.'
          : saidBy(upload)
      yield {
        severity,
        place: step.place,
        message: `${why} Job "${job.id}" publishes with it. ${end}`,
        fix: 'Change what is named there, or keep a stored token until then. `trustpub migrate` shows what it can do of it.',
      }
    }
  },
}

function whyHidden(upload: TrustedUpload, release: Release): string | undefined {
  const hidden = hiddenByTox(upload, release)
  return (
    hidden &&
    `tox hands on only the variables that \`passenv\` lists, and those of "${hidden.name}" in tox.ini lack what asks for an ID token: GITHUB_ACTIONS and ACTIONS_ID_TOKEN_REQUEST_*.`
  )
}

/** What stands at the end of the log. */
const SAID: Partial<Readonly<Record<ClientId, string>>> = {
  'semantic-release': 'The release ends with "ENONPMTOKEN No npm token specified."',
  lerna: 'The release ends with "ENEEDAUTH".',
  np: 'The release ends with "You must be logged in. Use `npm login` and try again."',
  yarn: 'The release ends with "YN0033: No authentication configured for request".',
  'yarn-classic': 'The release ends with "error Couldn\'t publish package".',
  bun: 'The release ends with "missing authentication (run `bunx npm login`)".',
  twine: 'twine asks for a password, and nobody is there to type it.',
}

function saidBy({ step: { client, action } }: TrustedUpload): string {
  if (action?.name === 'js-devtools/npm-publish')
    return 'It demands its input `token`, and ends without.'
  return SAID[client] ?? 'It finds no token, and the upload is refused.'
}
