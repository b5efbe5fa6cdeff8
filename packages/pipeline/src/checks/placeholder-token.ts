import { isActionBelow } from '../github/action-use.ts'
import { type TrustedUpload, uploadsOf } from '../release.ts'
import { isCertainlyIn } from '../steps/tool-version.ts'
import type { Check, Found } from './check.ts'
import { variableOf } from './step-of.ts'

/** pnpm takes whatever token is configured, and exchanges nothing (pnpm#11495; measured with 11.0.5). */
const MISLED_PNPM = '>=11.0.0 <11.0.8'

/** F1, F16: a text that is no token stands where one is expected. npm from 11.5.1 on exchanges all the same. */
export const placeholderToken: Check = {
  id: 'placeholder-token',
  title:
    'a placeholder in the place of a token, which misleads the client or hides why it is refused',
  failures: ['F1', 'F16'],
  severity: 'error',
  *find(release) {
    for (const upload of uploadsOf(release)) {
      if (upload.credentials !== 'trusted' || upload.step.ecosystem !== 'npm') continue
      const found = ofPnpm(upload) ?? ofChangesets(upload)
      if (found !== undefined) yield found
    }
  },
}

/** actions/setup-node writes `_authToken=${NODE_AUTH_TOKEN}` for a registry, whether the variable is set or not. */
function ofPnpm({ job, step }: TrustedUpload): Found | undefined {
  const { client, clientVersion } = step
  if (client !== 'pnpm' || !clientVersion || !isCertainlyIn(clientVersion, MISLED_PNPM)) {
    return undefined
  }
  const setup = job.steps.find(
    ({ action, inputs }) => action?.name === 'actions/setup-node' && inputs.has('registry-url'),
  )
  if (setup === undefined || variableOf(job, step, 'NODE_AUTH_TOKEN')?.value === '')
    return undefined
  return {
    place: setup.place,
    message: `With \`registry-url\` actions/setup-node writes a placeholder into .npmrc. pnpm ${clientVersion.written} takes that for a token and exchanges nothing: the release of job "${job.id}" ends with a 404.`,
    fix: 'Use pnpm 11.0.8 or newer, or take `registry-url` out.',
  }
}

/** Before 1.7 the action writes the text "undefined" for a token that it is not given. */
function ofChangesets({ job, step }: TrustedUpload): Found | undefined {
  const { action } = step
  if (action?.name !== 'changesets/action' || !isActionBelow(action, [1, 7])) return undefined
  if (variableOf(job, step, 'NPM_TOKEN') !== undefined) return undefined
  return {
    severity: 'note',
    place: action.place,
    message: `changesets/action before 1.7 writes "undefined" into ~/.npmrc as the token. npm from 11.5.1 on exchanges its ID token all the same; but where the exchange fails, job "${job.id}" ends with "npm error code E404" and names no cause.`,
    fix: 'Use changesets/action 1.7 or newer.',
  }
}
