import { isActionBelow } from '../github/action-use.ts'
import { uploadsOf } from '../release.ts'
import { jobsUntil } from './artifacts.ts'
import type { Check } from './check.ts'

/** F28: GitHub fails whoever still uses these (its changelog of 2024-02-13 and 2024-04-16; servers of one's own go on). */
export const artifactRetired: Check = {
  id: 'artifact-retired',
  title: 'actions/upload-artifact or download-artifact in a version that GitHub has switched off',
  failures: ['F28'],
  severity: 'warning',
  *find(release) {
    if (release.pipeline.provider !== 'github') return
    const { host = 'github.com' } = release.pipeline.repository
    if (host !== 'github.com') return
    const jobs = new Set(uploadsOf(release).flatMap(({ job }) => jobsUntil(release, job)))
    for (const { steps } of jobs) {
      for (const { action, place } of steps) {
        if (action === undefined || !/^actions\/(?:up|down)load-artifact$/.test(action.name))
          continue
        if (!isActionBelow(action, [4])) continue
        yield {
          place,
          message: `GitHub has switched this version off: "This request has been automatically failed because it uses a deprecated version of \`${action.name}: v${action.version?.[0]}\`", and the release stops here.`,
          fix: 'Use version 4 or newer of both actions. Uploads need names that differ then, and several are put together with `pattern:` and `merge-multiple: true`.',
        }
      }
    }
  },
}
