import { type TrustedUpload, uploadsOf } from '../release.ts'
import type { Check } from './check.ts'
import { isOldNpm } from './npm-too-old.ts'

/** F16, F17: the client, or the tool around it, cannot exchange ID tokens in the version that is written. */
export const clientTooOld: Check = {
  id: 'client-too-old',
  title: 'a client, tool or action that cannot exchange ID tokens, in this version or at all',
  failures: ['F16', 'F17'],
  severity: 'error',
  *find(release) {
    for (const upload of uploadsOf(release)) {
      const { step, job, credentials } = upload
      if (step.incapable === undefined || isOldNpm(upload) || credentials === 'token') continue
      const hidden = credentials === 'both'
      const end = hidden
        ? 'So far it publishes with the stored token, whatever the permissions say.'
        : saidBy(upload)
      yield {
        ...(hidden && { severity: 'warning' as const }),
        place: step.place,
        message: `${step.incapable} Job "${job.id}" publishes with it. ${end}`,
        fix: 'Use a version or a client that can, as the sentence says; `trustpub migrate` writes it.',
      }
    }
  },
}

/** What stands at the end of the log. */
function saidBy({ step: { client } }: TrustedUpload): string {
  const words: Readonly<Record<string, string>> = {
    'semantic-release': 'The release ends with "ENONPMTOKEN No npm token specified."',
    lerna: 'The release ends with "ENEEDAUTH".',
    yarn: 'The release ends with "YN0033: No authentication configured for request".',
    'yarn-classic': 'The release ends with "error Couldn\'t publish package".',
    bun: 'The release ends with "missing authentication (run `bunx npm login`)".',
    twine: 'twine asks for a password, and nobody is there to type it.',
  }
  return words[client] ?? 'It finds no token, and the upload is refused.'
}
