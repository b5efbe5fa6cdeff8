import type { PublishStep } from '../model.ts'
import { uploadsOf } from '../release.ts'
import type { Check } from './check.ts'

/** F4, where nothing proves it: which npm the job gets is not written anywhere. */
export const npmUnknown: Check = {
  id: 'npm-unknown',
  title: 'a job that exchanges an ID token with an npm of unknown version',
  failures: ['F4'],
  severity: 'warning',
  *find(release) {
    for (const { job, step, credentials } of uploadsOf(release)) {
      if (credentials === 'token' || !leavesItToNpm(step) || step.incapable !== undefined) continue
      if (step.npm === undefined) {
        yield {
          place: step.place,
          message: `Job "${job.id}" publishes with whatever npm its runner has, since nothing sets up Node; npm before 11.5.1 ends with "npm error code ENEEDAUTH".`,
          fix: 'Set up Node 24 with actions/setup-node (at GitLab: `image: node:24`) before the publish.',
        }
      } else if (step.npm.range === '*' && step.npm.from === 'bundled') {
        yield {
          severity: 'note',
          place: step.npm.place ?? step.place,
          message: `Which Node "${step.node?.written}" is, is known at run time only; Node before 24.5 comes with an npm that cannot exchange ID tokens.`,
          fix: 'Write Node 24 in the job that publishes, or install npm 11.5.1 or newer before the publish.',
        }
      }
    }
  },
}

function leavesItToNpm({ client, clientVersion }: PublishStep): boolean {
  const viaNpm = ['npm', 'changesets', 'nx', 'release-it', 'np', 'rush', 'auto'].includes(client)
  return viaNpm && clientVersion?.from !== 'command'
}
