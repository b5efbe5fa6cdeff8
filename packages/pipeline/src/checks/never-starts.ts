import { hostOf } from '../publishers/registries.ts'
import { type TrustedUpload, uploadsOf } from '../release.ts'
import { child, textOf } from '../yaml/tree.ts'
import type { Check } from './check.ts'
import { startsOf } from './starts.ts'
import { stepOf } from './step-of.ts'

/** F20: a condition that none of the events of the workflow fulfils. */
export const neverStarts: Check = {
  id: 'never-starts',
  title: 'a publish whose conditions rule out every event that starts its workflow',
  failures: ['F20'],
  severity: 'error',
  *find(release) {
    if (release.pipeline.provider !== 'github') return
    const uploads = uploadsOf(release)
    const started = uploads.filter(({ job, step }) => startsOf(job, step).length > 0)
    for (const upload of uploads) {
      const { job, step } = upload
      if (started.includes(upload) || started.some((other) => standsIn(other, upload))) continue
      const conditions = [
        ...job.source.callers.map((caller) => textOf(child(caller.job, 'if'))),
        textOf(child(job.source.job, 'if')),
        stepOf(job, step)?.condition,
      ].filter((text) => text !== undefined)
      const events = [...new Set(job.triggers.map(({ event }) => event))].join(', ')
      yield {
        place: step.place,
        message: `\`${step.text}\` runs only if \`${conditions.join('` and `')}\`, and the events of ${job.entry} (${events}) are none of that: it is skipped in every run, the run is green and nothing is published.`,
        fix: "Add the event that is meant to `on:`, e.g. `push: { tags: ['v*'] }`; filters for branches let no tag through.",
      }
    }
  },
}

/** The same job by way of another workflow, or what has taken its place. */
function standsIn(other: TrustedUpload, { job, step, registry }: TrustedUpload): boolean {
  if (other.job.source.job === job.source.job) return other.step.within === step.within
  return (
    hostOf(other.registry) === hostOf(registry) &&
    other.step.packages.some((one) => step.packages.includes(one))
  )
}
