import { hostOf } from '../publishers/registries.ts'
import { uploadsOf } from '../release.ts'
import type { Check } from './check.ts'
import { startsOf } from './starts.ts'

/** F31: events that run with the rights of the repository and the code of anybody. */
export const dangerousTrigger: Check = {
  id: 'dangerous-trigger',
  title: 'a publish that pull_request_target or workflow_run starts',
  failures: ['F31'],
  severity: 'error',
  *find(release) {
    for (const { job, step, registry, credentials } of uploadsOf(release)) {
      if (credentials === 'token' || credentials === 'unknown') continue
      const events = startsOf(job, step).map(({ event }) => event)
      if (events.includes('pull_request_target')) {
        const only = events.every((event) => event === 'pull_request_target')
        const refused = hostOf(registry).endsWith('pypi.org')
        yield {
          ...(!(only && refused && credentials === 'trusted') && { severity: 'warning' as const }),
          place: step.place,
          message: refused
            ? 'PyPI refuses runs of this event: "Publishing from a workflow invoked via \'pull_request_target\' is not supported."'
            : 'A pull request of anybody starts this job with the rights of the repository: what it checks out could publish in your name.',
          fix: 'Publish on a pushed tag, a published release, or by hand.',
        }
      }
      if (events.includes('workflow_run')) {
        yield {
          severity: 'note',
          place: step.place,
          message: `Job "${job.id}" is started by workflow_run: it runs the file of the default branch whatever the other run was of, also after a pull request of anybody. crates.io refuses it.`,
          fix: 'Publish on a pushed tag, a published release, or in the same workflow as the tests, with `needs:`.',
        }
      }
    }
  },
}
