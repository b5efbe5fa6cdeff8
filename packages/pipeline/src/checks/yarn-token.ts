import { uploadsOf } from '../release.ts'
import type { Check } from './check.ts'

/** F17: yarn never tries an exchange while a token is set, not even an empty or dead one. */
export const yarnToken: Check = {
  id: 'yarn-token',
  title: 'a token in .yarnrc.yml, which keeps yarn from exchanging ID tokens',
  failures: ['F2', 'F17'],
  severity: 'error',
  *find(release) {
    for (const { job, step, credentials } of uploadsOf(release)) {
      if (step.client !== 'yarn' || credentials === 'token') continue
      const source = release.source('.yarnrc.yml')
      const at =
        source?.text.split('\n').findIndex((line) => /^\s*npmAuthToken\s*:/.test(line)) ?? -1
      if (at < 0) continue
      yield {
        ...(credentials === 'both' && { severity: 'warning' as const }),
        place: { file: '.yarnrc.yml', line: at + 1, column: 1 },
        message: `.yarnrc.yml sets \`npmAuthToken\`, so yarn never exchanges the ID token of job "${job.id}": without a valid token behind it the upload ends with "YN0035: The remote server failed to provide the requested resource … 404".`,
        fix: 'Take `npmAuthToken` out of .yarnrc.yml.',
      }
    }
  },
}
