import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import { NPM_WITH_OIDC } from '../steps/npm-versions.ts'
import { isCertainlyBelow } from '../steps/tool-version.ts'
import type { Check, Found } from './check.ts'

/** F4: the npm that the job gets knows nothing of trusted publishing. */
export const npmTooOld: Check = {
  id: 'npm-too-old',
  title: 'an npm older than 11.5.1 where an ID token is to be exchanged',
  failures: ['F2', 'F4'],
  severity: 'error',
  *find(release: Release): Iterable<Found> {
    for (const upload of uploadsOf(release)) {
      if (upload.credentials !== 'token' && isOldNpm(upload)) yield finding(upload)
    }
  },
}

/** Tells whether npm itself is what keeps a step from trusted publishing. */
export function isOldNpm({ step: { npm, incapable } }: TrustedUpload): boolean {
  return incapable !== undefined && npm !== undefined && isCertainlyBelow(npm, NPM_WITH_OIDC)
}

function finding({ job, step, credentials }: TrustedUpload): Found {
  const hidden = credentials === 'both'
  const end = hidden
    ? 'So far the stored token hides that: the release works until the token expires.'
    : 'It finds no token either, and the release ends with "npm error code ENEEDAUTH".'
  return {
    ...(hidden && { severity: 'warning' as const }),
    place: step.npm?.place ?? step.place,
    message: `${step.incapable} Job "${job.id}" publishes with it. ${end}`,
    fix: 'Set `node-version` to 24, or run `npm install --global npm@11.19.1` right before the publish (Node 20.17 or newer).',
  }
}
