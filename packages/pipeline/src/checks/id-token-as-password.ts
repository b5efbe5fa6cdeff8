import { uploadsOf } from '../release.ts'
import type { Check } from './check.ts'

const AS_PASSWORD = /(?:--token|--password|-t|-p)[= ]["']?\$\{?\w*ID_TOKEN\b/

/** F33: the ID token itself is handed over as if it were an API token. */
export const idTokenAsPassword: Check = {
  id: 'id-token-as-password',
  title: 'an ID token that is used as an API token, without an exchange',
  failures: ['F33'],
  severity: 'error',
  *find(release) {
    for (const { job, step } of uploadsOf(release)) {
      const variables = job.steps.find(({ tree }) => tree === step.within)?.variables ?? new Map()
      const set = [...variables].find(
        ([name, { value }]) =>
          /^(?:TWINE_PASSWORD|UV_PUBLISH_TOKEN|UV_PUBLISH_PASSWORD|NODE_AUTH_TOKEN)$/.test(name) &&
          /^\$\{?\w*ID_TOKEN\}?$/.test(value),
      )
      if (!AS_PASSWORD.test(step.text) && set === undefined) continue
      yield {
        place: set?.[1].place ?? step.place,
        message: `\`${step.text}\` hands the ID token over as if it were an API token: "403 Invalid or non-existent authentication information". It has to be exchanged first.`,
        fix: 'Leave the flag or variable out: twine 6.1, `uv publish --trusted-publishing always` and npm 11.5.1 exchange by themselves.',
      }
    }
  },
}
