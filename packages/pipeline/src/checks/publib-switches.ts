import { uploadsOf } from '../release.ts'
import type { Check } from './check.ts'
import { variableOf } from './step-of.ts'

/** F16: publib wants a token unless a switch tells it that there is none. */
export const publibSwitches: Check = {
  id: 'publib-switches',
  title: 'publib without the switch for trusted publishing',
  failures: ['F16'],
  severity: 'error',
  *find(release) {
    for (const { job, step, credentials } of uploadsOf(release)) {
      if (step.client !== 'publib' || credentials !== 'trusted') continue
      // Any value counts but "false".
      const set = variableOf(job, step, 'NPM_TRUSTED_PUBLISHER')?.value ?? ''
      if (set !== '' && set !== 'false') continue
      yield {
        place: step.place,
        message: `\`${step.text}\` in job "${job.id}" has neither a token nor \`NPM_TRUSTED_PUBLISHER\`, so publib ends before it publishes: "NPM_TOKEN=<token> or NPM_TRUSTED_PUBLISHER=true is required".`,
        fix: "Set `NPM_TRUSTED_PUBLISHER: 'true'` in the environment of the step (with projen: `npmTrustedPublishing: true`).",
      }
    }
  },
}
