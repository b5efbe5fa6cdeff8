import { maySetUpNode } from '../github/set-up.ts'
import { type TrustedUpload, uploadsOf } from '../release.ts'
import { incapableNpmVersion } from '../steps/npm-versions.ts'
import type { Check, Found } from './check.ts'
import { stepsBefore } from './step-of.ts'

/** F4, where nothing proves it: which npm uploads in the end is not written anywhere. */
export const npmUnknown: Check = {
  id: 'npm-unknown',
  title: 'a job that exchanges an ID token with an npm of unknown version',
  failures: ['F4'],
  severity: 'warning',
  *find(release) {
    for (const upload of uploadsOf(release)) {
      const { credentials, step } = upload
      if (credentials !== 'trusted' || step.incapable !== undefined) continue
      const found = step.uploader === 'npm' ? ofNpm(upload) : ofManager(upload)
      if (found !== undefined) yield found
    }
  },
}

function ofNpm({ job, step }: TrustedUpload): Found | undefined {
  const { npm, node } = step
  if (npm === undefined) {
    // An action that sets up what its owner likes.
    if (stepsBefore(job, step).some(({ action }) => action && maySetUpNode(action)))
      return undefined
    return {
      place: step.place,
      message: `Nothing sets up Node in job "${job.id}", so it publishes with whatever npm its machine has. Before npm 11.5.1 that ends with "npm error code ENEEDAUTH".`,
      fix: 'Set up Node 24 before the publish: actions/setup-node, at GitLab `image: node:24`.',
    }
  }
  if (npm.from !== 'bundled' || npm.range !== '*') return undefined
  return {
    place: npm.place ?? step.place,
    message: `Which Node "${node?.written}" is cannot be told from the repository. Before Node 24.5 it comes with an npm that cannot exchange ID tokens, and the release of job "${job.id}" ends with "npm error code ENEEDAUTH".`,
    fix: 'Write Node 24 in the job that publishes, or install npm 11.5.1 or newer before the publish.',
  }
}

/** pnpm up to version 10 leaves the upload to npm; whether it is one of those is not written. */
function ofManager({ job, step }: TrustedUpload): Found | undefined {
  const old = step.npm && incapableNpmVersion(step.npm)
  if (step.uploader !== 'maybe npm' || old === undefined) return undefined
  const who = step.client === 'pnpm' ? 'pnpm' : `the package manager under ${step.client}`
  return {
    place: step.npm?.place ?? step.place,
    message: `Which version of ${who} job "${job.id}" gets is not written. Where that one leaves the upload to npm, as pnpm does up to version 10, the release ends with "npm error code ENEEDAUTH": ${old}`,
    fix: 'Pin the package manager in `packageManager` (pnpm 11 and Yarn 4.10 exchange by themselves), or set up Node 24.',
  }
}
