import { isChange } from '../migrations/migration.ts'
import { npmVersion } from '../migrations/rewrites/npm-version.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import { installedTools } from '../steps/installed-tools.ts'
import { NPM_11_ENGINES } from '../steps/node-versions.ts'
import { incapableNpmVersion, NPM_PIN } from '../steps/npm-versions.ts'
import { isCertainlyIn } from '../steps/tool-version.ts'
import { spell } from '../yaml/tree.ts'
import type { Check, Found, Severity } from './check.ts'
import { gravityOf } from './gravity.ts'
import { stepsBefore } from './step-of.ts'

/** F4: the npm that the job gets knows nothing of trusted publishing. */
export const npmTooOld: Check = {
  id: 'npm-too-old',
  title: 'an npm older than 11.5.1 where an ID token is to be exchanged',
  failures: ['F2', 'F4'],
  severity: 'error',
  *find(release) {
    for (const upload of uploadsOf(release)) {
      const severity = gravityOf(upload)
      if (severity !== undefined && isOldNpm(upload)) yield finding(upload, severity, release)
    }
  },
}

/** Tells whether npm itself is what keeps a step from trusted publishing. */
export function isOldNpm({ step: { npm, incapable } }: TrustedUpload): boolean {
  return npm !== undefined && incapable !== undefined && incapable === incapableNpmVersion(npm)
}

function finding(upload: TrustedUpload, severity: Severity, release: Release): Found {
  const { job, step } = upload
  const end =
    severity === 'warning'
      ? 'So far the stored token hides that: the release works until the token expires.'
      : 'It finds no token either, and the release ends with "npm error code ENEEDAUTH".'
  return {
    severity,
    place: step.npm?.place ?? step.place,
    message: `${step.incapable} Job "${job.id}" publishes with it.${lost(upload)} ${end}`,
    fix: `${remedy(upload)}, or run \`npm install --global npm@${NPM_PIN}\` right before the publish (Node 20.17 or newer).`,
    ...(severity === 'error' && edited(upload, release)),
  }
}

/** An npm that was installed before Node was set up once more. */
function lost({ job, step }: TrustedUpload): string {
  if (step.npm?.from !== 'bundled') return ''
  const installed = stepsBefore(job, step)
    .flatMap(({ commands }) => commands)
    .find(({ words, place }) => installedTools(words, place)?.some(([name]) => name === 'npm'))
  return installed === undefined
    ? ''
    : ` What \`${installed.text}\` (${spell(installed.place)}) has installed is lost when Node is set up after it.`
}

function remedy({ step: { node } }: TrustedUpload): string {
  if (node?.from === 'image') return 'Run the job in the image `node:24`'
  if (node?.from === 'file' && node.place !== undefined)
    return `Write 24 into ${node.place.file}, or set \`node-version: 24\` in this job`
  return 'Set `node-version` to 24'
}

/** A newer npm on the same Node touches nothing but the publish; another Node would touch the build too. */
function edited({ step }: TrustedUpload, release: Release): Pick<Found, 'edits'> {
  if (step.node !== undefined && !isCertainlyIn(step.node, NPM_11_ENGINES)) return {}
  for (const outcome of npmVersion.rewrite(release)) {
    const isOurs = spell(outcome.place) === spell(step.place)
    if (isOurs && isChange(outcome)) return { edits: outcome.edits }
  }
  return {}
}
