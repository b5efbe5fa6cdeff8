import { type TrustedUpload, uploadsOf } from '../release.ts'
import type { Check } from './check.ts'

/** F19's beginning: a release that works, and ends with its token. */
export const storedToken: Check = {
  id: 'stored-token',
  title: 'a release with a stored token, to a registry that would take an ID token',
  failures: ['F19'],
  severity: 'note',
  *find(release) {
    for (const upload of uploadsOf(release)) {
      const secrets = upload.step.storedSecrets
      // A name beside a password is not what leaks.
      const secret = secrets.find(({ name }) => !/user(?:name)?$/i.test(name)) ?? secrets[0]
      if (upload.credentials !== 'token' || secret === undefined) continue
      yield {
        place: secret.place,
        message: `${secret.name} is a stored token: it can leak, ${end(upload)}, and it proves nothing about where ${what(upload)} came from.`,
        fix: 'Move to trusted publishing: `trustpub migrate` shows the edit, or why it leaves the token.',
      }
    }
  },
}

/** Tokens of npmjs.com that may write end after 90 days; those of PyPI never do by themselves. */
function end({ step }: TrustedUpload): string {
  return step.ecosystem === 'npm'
    ? 'it ends one day (npmjs.com: after 90 days at most)'
    : 'it works for whoever finds it until somebody revokes it'
}

function what({ step }: TrustedUpload): string {
  return step.packages.length > 1 ? 'the packages' : 'the package'
}
