import type { JobStep } from '../job.ts'
import type { Place } from '../place.ts'
import { type TrustedUpload, uploadsOf } from '../release.ts'
import { child, textOf } from '../yaml/tree.ts'
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
/** The `id` package prints the ID token: `TOKEN=$(python -m id pypi)`. */
const PRINTED = /(\w+)=["']?\$\((?:\w+ run )?python3? -m id\b/g
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
  const before = job.steps.slice(0, at + 1)
  if (printedTokens(before).some((name) => isPassword(name, step.text))) return step.place
  // GitLab's lines share a shell.
  return before.find(({ tree }) => AS_VARIABLE.test(textOf(tree) ?? ''))?.place
}

/** The variables that hold what was printed, and nothing that it was exchanged for afterwards. */
function printedTokens(steps: readonly JobStep[]): readonly string[] {
  const script = steps
    .map(({ tree }) => textOf(child(tree, 'run')) ?? textOf(tree) ?? '')
    .join('\n')
  const names = [...script.matchAll(PRINTED)].flatMap(([, name]) => name ?? [])
  return names.filter((name) => script.split(new RegExp(`\\b${name}=`)).length === 2)
}

function isPassword(name: string, text: string): boolean {
  return new RegExp(`(?:--token|--password|-t|-p)[= ]["']?\\$\\{?${name}\\b`).test(text)
}
