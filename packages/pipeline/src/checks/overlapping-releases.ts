import type { PublishJob, PublishStep } from '../model.ts'
import { hostOf } from '../publishers/registries.ts'
import { uploadsOf } from '../release.ts'
import { child, textOf } from '../yaml/tree.ts'
import type { Check } from './check.ts'
import { isTagged, startsOf } from './starts.ts'
import { stepOf } from './step-of.ts'

/** F21: two pushes, one after the other, release at the same time. */
export const overlappingReleases: Check = {
  id: 'overlapping-releases',
  title: 'a publish on every push to a branch, without a `concurrency` that lines the runs up',
  failures: ['F21'],
  severity: 'note',
  *find(release) {
    if (release.pipeline.provider !== 'github') return
    for (const { job, step, registry } of uploadsOf(release)) {
      // What goes there from every push is a trial.
      if (hostOf(registry) === 'test.pypi.org') continue
      const { callers, job: own, workflow } = job.source
      const levels = [own, workflow, ...callers.flatMap((one) => [one.job, one.workflow])]
      if (levels.some((tree) => child(tree, 'concurrency') !== undefined)) continue
      const pushed = startsOf(job, step).some((one) => one.event === 'push' && !isTagged(one))
      if (!pushed || isChosen(job, step)) continue
      yield {
        place: job.place,
        message: `Job "${job.id}" publishes on pushes to a branch, and nothing lines its runs up: two pushes, one soon after the other, publish at the same time, and the slower one is refused half way.`,
        fix: 'Add `concurrency: release` to the job; the next run waits then until this one is done.',
      }
    }
  },
}

/** Whether an earlier step or job decides, which finds a release in few of the pushes. */
function isChosen(job: PublishJob, step: PublishStep): boolean {
  const { callers, job: own } = job.source
  const conditions = [own, ...callers.map((one) => one.job)].map((tree) =>
    textOf(child(tree, 'if')),
  )
  return [...conditions, stepOf(job, step)?.condition].some((text) =>
    /\b(?:needs|steps)\./.test(text ?? ''),
  )
}
