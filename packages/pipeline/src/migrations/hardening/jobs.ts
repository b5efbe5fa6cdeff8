import type { Job } from '../../job.ts'
import type { PublishJob } from '../../model.ts'
import { type Release, uploadsOf } from '../../release.ts'

/** The jobs at GitHub that publish to registries with trusted publishing, each once. */
export function publishingJobs(release: Release): readonly PublishJob[] {
  if (release.pipeline.provider !== 'github') return []
  return [...new Set(uploadsOf(release).map(({ job }) => job))]
}

/** Those, and the jobs that they wait for: what those make is what is published. */
export function releasingJobs(release: Release): readonly Job[] {
  const { pipeline } = release
  const all = [...pipeline.jobs, ...pipeline.otherJobs]
  const found = new Set<Job>(publishingJobs(release))
  for (const job of found) {
    for (const one of all) if (one.entry === job.entry && job.needs.includes(one.id)) found.add(one)
  }
  return [...found]
}
