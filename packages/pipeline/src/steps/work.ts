import type { JobStep } from '../job.ts'
import type { PublishStep } from '../model.ts'
import type { VersionFile } from './versions-set.ts'

/** What a job does, and what those that it waits for have done before. */
export interface Work {
  readonly publishes: readonly PublishStep[]
  readonly steps: readonly JobStep[]
  /** Directories whose package's `build` script is run. */
  readonly builds: ReadonlySet<string>
  /** The kinds of manifest in which a version is set. */
  readonly versionsSet: ReadonlySet<VersionFile>
}

/** What earlier jobs hand on. */
export type WorkBefore = Omit<Work, 'publishes' | 'steps'>

export const NO_WORK: Work = { publishes: [], steps: [], builds: new Set(), versionsSet: new Set() }

/** The rows of a matrix mostly publish the same: what tells one publish from another. */
export function publishKey({ within: _, ...step }: PublishStep): string {
  return JSON.stringify(step)
}

/**
 * Reads jobs in the order in which they run, each once: `read` is given what the jobs before have done, one work for
 * all of them together.
 */
export function inOrder<Job>(
  jobsBefore: (job: Job) => readonly Job[],
  read: (job: Job, before: WorkBefore) => Work,
): (job: Job) => Work {
  const done = new Map<Job, Work>()
  return function work(job) {
    const known = done.get(job)
    if (known !== undefined) return known
    // Jobs that wait for each other are refused by the CI; here they must only come to an end.
    done.set(job, NO_WORK)
    const before = jobsBefore(job).map(work)
    const result = read(job, {
      builds: new Set(before.flatMap(({ builds }) => [...builds])),
      versionsSet: new Set(before.flatMap(({ versionsSet }) => [...versionsSet])),
    })
    done.set(job, result)
    return result
  }
}
