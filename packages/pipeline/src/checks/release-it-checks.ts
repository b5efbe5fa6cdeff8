import { uploadsOf } from '../release.ts'
import { skipsNpmChecks } from '../steps/release-configs.ts'
import type { Check } from './check.ts'

/** F16: release-it asks who is logged in before it publishes, and nobody is. */
export const releaseItChecks: Check = {
  id: 'release-it-checks',
  title: 'release-it that asks npm who is logged in, which trusted publishing cannot answer',
  failures: ['F16'],
  severity: 'error',
  *find(release) {
    const read = (file: string) => release.source(file)?.text
    for (const { job, step, credentials } of uploadsOf(release)) {
      if (step.client !== 'release-it' || credentials !== 'trusted') continue
      if (skipsNpmChecks(step, read)) continue
      yield {
        place: step.place,
        message: `Job "${job.id}" has no npm token, and release-it runs \`npm whoami\` before it publishes: "ERROR Not authenticated with npm. Please \`npm login\` and try again."`,
        fix: 'Set `"npm": { "skipChecks": true }` in the configuration of release-it.',
      }
    }
  },
}
