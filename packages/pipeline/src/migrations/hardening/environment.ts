import { insertKeys } from '../../edits/yaml-edits.ts'
import type { PublishJob } from '../../model.ts'
import type { Release } from '../../release.ts'
import { entriesOf } from '../../yaml/tree.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { publishingJobs } from './jobs.ts'

/** An environment for publishing jobs: reviewers and tag rules can guard it, and the publisher names it. */
export const environment: Rewrite = {
  id: 'environment',
  title: 'Names an environment in publishing jobs, so that reviewers and tag rules can guard it.',
  *rewrite(release) {
    for (const job of publishingJobs(release)) yield* named(job, release)
  },
}

function* named(job: PublishJob, release: Release): Iterable<Outcome> {
  const source = release.source(job.file)
  if (source === undefined || !job.environment.known || job.environment.value !== undefined) return
  const keys = entriesOf(job.source.written).map(([key]) => key)
  const before = ['permissions', 'steps', 'strategy', 'env'].find((key) => keys.includes(key))
  if (before === undefined) return
  const name = job.publishes.every(({ ecosystem }) => ecosystem === 'pypi') ? 'pypi' : 'npm'
  const edit = insertKeys(source, job.source.written, [`environment: ${name}`], { before })
  if (edit === undefined) return
  yield {
    place: job.place,
    sentence: `Job "${job.id}" runs in the environment "${name}". Make it in the settings of the repository, with reviewers and a rule for tags, and name it at the registry: the publisher must have it too.`,
    edits: [edit],
  }
}
