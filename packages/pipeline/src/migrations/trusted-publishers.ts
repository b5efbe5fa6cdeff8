import type { RecordedPublisher } from '@trustpub/identity'
import type { Job } from '../job.ts'
import { environmentOf, neededPublishers } from '../publishers/needed.ts'
import { hostOf } from '../publishers/registries.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import { whyGenerated } from './generated.ts'
import type { Left } from './migration.ts'
import { readyUploads } from './rewrites/ready.ts'

/** Without a repository nobody can say what the publishers are to name. */
export function unrecorded(release: Release): readonly Left[] {
  const { path } = release.pipeline.repository
  const [upload] = uploadsOf(release).filter(({ credentials }) => credentials === 'trusted')
  if (path !== undefined || upload === undefined) return []
  const sentence =
    'Neither a git remote nor a manifest names the repository, so trusted-publishers.json is not written and nothing can be registered yet: set the remote and run this again.'
  return [{ place: upload.step.place, sentence }]
}

/** Without the name of the package there is nothing to record, and it has to be registered all the same. */
export function unnamed(release: Release): readonly Left[] {
  const { repository } = release.pipeline
  if (repository.path === undefined) return []
  return uploadsOf(release)
    .filter(({ credentials, step }) => credentials === 'trusted' && step.packages.length === 0)
    .map(({ job, step, registry }) => {
      const environment = environmentOf(job)
      const where = environment === undefined ? '' : `, environment ${environment}`
      const file = (step.ecosystem === 'pypi' ? job.file : job.entry).replace(/^.*\//, '')
      const publisher = `repository ${repository.path}, workflow ${file}${where}`
      const sentence = `Which package \`${step.text}\` uploads cannot be told, so none is recorded. Register the publisher of each at ${hostOf(registry)} by hand: ${publisher}.`
      return { place: step.place, sentence }
    })
}

function uploadsWithToken(release: Release): readonly TrustedUpload[] {
  return uploadsOf(release).filter(({ credentials }) => ['token', 'both'].includes(credentials))
}

function jobKey({ entry, id }: Job): string {
  return `${entry} ${id}`
}

/**
 * The publishers of every upload that exchanges an ID token, also beside a token that something else needs.
 * @param before the releases before the migration
 */
export function trustedPublishers(
  release: Release,
  before: readonly Release[],
): readonly RecordedPublisher[] {
  const known = new Set(before.flatMap(uploadsWithToken).map(({ job }) => jobKey(job)))
  const ready = new Set(readyUploads(release).map(({ step }) => step))
  const uploads = uploadsOf(release).filter(
    ({ credentials, step, job }) =>
      credentials === 'trusted' ||
      // What else the job may fetch is not what it published with.
      (credentials === 'unknown' && known.has(jobKey(job)) && ready.has(step)) ||
      (credentials === 'both' && ready.has(step) && !isGenerated(step.place.file, release)),
  )
  const steps = new Set(uploads.map(({ step }) => step))
  const jobs = release.pipeline.jobs.map((job) => ({
    ...job,
    publishes: job.publishes.filter((step) => steps.has(step)),
  }))
  if (release.pipeline.repository.path === undefined) return []
  return neededPublishers({ ...release.pipeline, jobs })
}

function isGenerated(file: string, release: Release): boolean {
  const source = release.source(file)
  return source !== undefined && whyGenerated(source) !== undefined
}
