import { hostOf } from '../publishers/registries.ts'
import { type TrustedUpload, uploadsOf } from '../release.ts'
import type { Check, Found } from './check.ts'
import { isSkippedWithOthers, lostBehindAlways, rulingOut, startsOf } from './starts.ts'

const ASK =
  "Let the publishing job ask for the state itself, e.g. `if: always() && needs.build.result == 'success'`"

/** F20: a condition that none of the events of the workflow fulfils. */
export const neverStarts: Check = {
  id: 'never-starts',
  title: 'a publish whose conditions rule out every event that starts its workflow',
  failures: ['F20'],
  severity: 'error',
  *find(release) {
    if (release.pipeline.provider !== 'github') return
    yield* behindAlways(uploadsOf(release))
    const uploads = uploadsOf(release)
    const started = uploads.filter(({ job, step }) => startsOf(job, step).length > 0)
    for (const upload of uploads) {
      const { job, step } = upload
      if (started.includes(upload) || started.some((other) => standsIn(other, upload))) continue
      const conditions = `\`${rulingOut(job, step).join('` and `')}\``
      const events = [...new Set(job.triggers.map(({ event }) => event))].join(', ')
      const waits = isSkippedWithOthers(job, step)
      yield {
        place: step.place,
        message: waits
          ? `\`${step.text}\` waits for jobs that run only if ${conditions}, and no event of ${job.entry} (${events}) is all of that: what waits for a skipped job is skipped too, also where a job in between says \`always()\`. The run is green and nothing is published.`
          : `\`${step.text}\` runs only if ${conditions}, and the events of ${job.entry} (${events}) are none of that: it is skipped in every run, the run is green and nothing is published.`,
        fix: waits
          ? `${ASK}, or add the event that is meant to \`on:\`.`
          : "Add the event that is meant to `on:`, e.g. `push: { tags: ['v*'] }`; filters for branches let no tag through.",
      }
    }
  },
}

/** Runs in which a job is skipped that another one in between does not mind, and the publish does. */
function* behindAlways(uploads: readonly TrustedUpload[]): Iterable<Found> {
  for (const { job, step } of uploads) {
    const lost = startsOf(job, step).length > 0 ? lostBehindAlways(job, step) : []
    if (lost.length === 0) continue
    yield {
      severity: 'warning',
      place: step.place,
      message: `\`${step.text}\` is skipped in a run for ${lost.map((event) => `\`${event}\``).join(' and ')}: one of the jobs before it runs only if \`${rulingOut(job, step).join('` and `')}\`, and what waits for a skipped job is skipped too, also where a job in between says \`always()\`. The run is green and nothing is published.`,
      fix: `${ASK}, unless such a run shall publish nothing.`,
    }
  }
}

/** The same job by way of another workflow, or what has taken its place. */
function standsIn(other: TrustedUpload, { job, step, registry }: TrustedUpload): boolean {
  if (other.job.source.job === job.source.job) return other.step.within === step.within
  return (
    hostOf(other.registry) === hostOf(registry) &&
    other.step.packages.some((one) => step.packages.includes(one))
  )
}
