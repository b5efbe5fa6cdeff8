import type { Place } from '../place.ts'
import { type TrustedUpload, uploadsOf } from '../release.ts'
import { textOf } from '../yaml/tree.ts'
import type { Check } from './check.ts'

/** F33: the ID token itself is handed over as if it were an API token. */
export const idTokenAsPassword: Check = {
  id: 'id-token-as-password',
  title: 'an ID token that is used as an API token, without an exchange',
  failures: ['F33'],
  severity: 'error',
  *find(release) {
    for (const upload of uploadsOf(release)) {
      const { step } = upload
      // npm exchanges all the same, and then uses what it got.
      if (step.ecosystem === 'npm') continue
      const place = handedOver(upload)
      if (place === undefined) continue
      yield {
        place,
        message: `\`${step.text}\` hands the ID token over as if it were an API token: "403 Invalid or non-existent authentication information". It has to be exchanged first.`,
        fix: 'Leave the flag or variable out: twine 6.1 and `uv publish --trusted-publishing always` exchange by themselves.',
      }
    }
  },
}

const AS_PASSWORD = /(?:--token|--password|-t|-p)[= ]["']?\$\{?\w*ID_TOKEN\b/
const AS_VARIABLE = /\b(?:TWINE_PASSWORD|UV_PUBLISH_(?:TOKEN|PASSWORD))=["']?\$\{?\w*ID_TOKEN\b/
const VARIABLE = /^(?:TWINE_PASSWORD|UV_PUBLISH_TOKEN|UV_PUBLISH_PASSWORD)$/

/** Where a flag, the file or a script before the upload hands it over. */
function handedOver({ job, step }: TrustedUpload): Place | undefined {
  if (AS_PASSWORD.test(step.text)) return step.place
  const at = job.steps.findIndex(({ tree }) => tree === step.within)
  const variables = [...(job.steps[at]?.variables ?? [])]
  const set = variables.find(
    ([name, { value }]) => VARIABLE.test(name) && /^\$\{?\w*ID_TOKEN\}?$/.test(value),
  )
  if (set !== undefined) return set[1].place
  // GitLab's lines share a shell.
  return job.steps.slice(0, at + 1).find(({ tree }) => AS_VARIABLE.test(textOf(tree) ?? ''))?.place
}
