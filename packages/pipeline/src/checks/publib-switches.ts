import { uploadsOf } from '../release.ts'
import type { Check } from './check.ts'

/** F16: publib wants a token unless a switch tells it that there is none. */
export const publibSwitches: Check = {
  id: 'publib-switches',
  title: 'publib without the switch for trusted publishing',
  failures: ['F16'],
  severity: 'error',
  *find(release) {
    for (const { job, step, credentials } of uploadsOf(release)) {
      if (step.client !== 'publib' || credentials !== 'trusted') continue
      const own = job.steps.find(({ tree }) => tree === step.within)
      if (own?.variables.get('NPM_TRUSTED_PUBLISHER')?.value === 'true') continue
      yield {
        place: step.place,
        message: `\`${step.text}\` in job "${job.id}" has neither a token nor \`NPM_TRUSTED_PUBLISHER\`, so publib ends before it publishes: "NPM_TOKEN is required".`,
        fix: "Set `NPM_TRUSTED_PUBLISHER: 'true'` in the environment of the step (with projen: `npmTrustedPublishing: true`).",
      }
    }
  },
}
