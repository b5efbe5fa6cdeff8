import { subset } from 'semver'
import type { ToolVersion } from '../job.ts'
import { uploadsOf } from '../release.ts'
import { NPM_11_ENGINES, NPM_LATEST_ENGINES } from '../steps/node-versions.ts'
import { mayBeIn } from '../steps/tool-version.ts'
import type { Check } from './check.ts'

/** F4: an npm is installed that refuses the Node of the job. */
export const npmCannotInstall: Check = {
  id: 'npm-cannot-install',
  title: 'an npm that cannot be installed on the Node of the job',
  failures: ['F4'],
  severity: 'error',
  *find(release) {
    for (const { job, step } of uploadsOf(release)) {
      const { npm, node } = step
      if (npm?.from !== 'install' || node === undefined || node.range === '*') continue
      const engines = enginesOf(npm)
      if (engines === undefined || mayBeIn(node, engines)) continue
      yield {
        place: npm.place ?? step.place,
        message: `Job "${job.id}" installs ${npm.written} on Node ${node.written}, which it refuses (it wants ${engines}): the step ends with "npm error code EBADENGINE", and nothing is published.`,
        fix: 'Pin `npm@11.19.1`, which runs on Node 20.17 and newer, or set up Node 24.',
      }
    }
  },
}

/** `latest` is npm 12 by now. Undefined for what names a version in another way. */
function enginesOf({ written, range }: ToolVersion): string | undefined {
  const tag = written.replace(/^npm@/, '')
  if (tag === 'latest' || tag === '12' || (range !== '*' && subset(range, '>=12.0.0'))) {
    return NPM_LATEST_ENGINES
  }
  return range !== '*' && subset(range, '>=11.0.0 <12.0.0') ? NPM_11_ENGINES : undefined
}
