import type { RecordedPublisher } from '@trustpub/identity'
import {
  hostOf,
  KNOWN_HOSTS,
  neededPublishers,
  type Pipeline,
  PipelineError,
  type Repository,
  readReleases,
  registryOf,
  type Unknown,
} from '@trustpub/pipeline'

/** A publisher without which a job could not publish. */
export interface Needed {
  readonly publisher: RecordedPublisher
  /** Whether the repository says in which environment the job runs. */
  readonly environmentKnown: boolean
}

export interface NeededHere {
  readonly needed: readonly Needed[]
  /** What could not be told, as sentences. */
  readonly notes: readonly string[]
  /** Whether that is all that is needed, as far as pipelines tell: then the rest is not needed. */
  readonly isWhole: boolean
}

/** Registries of which it is known that they have trusted publishing. */
const TRUSTING = ['registry.npmjs.org', 'pypi.org', 'test.pypi.org']

/**
 * What the pipelines of a repository need at the public registries and at those that are recorded.
 * @throws PipelineError if there is nothing but a pipeline that cannot be read
 */
export async function neededHere(
  directory: string,
  recordedHosts: readonly string[],
): Promise<NeededHere> {
  const hosts = new Set([...TRUSTING, ...recordedHosts])
  try {
    const releases = await readReleases(directory)
    const found = releases.map(({ pipeline }) => neededOf(pipeline, hosts))
    const needed = found.flatMap((one) => one.needed)
    const once = new Map(needed.map((one) => [JSON.stringify(one.publisher), one]))
    const unknowns = releases.flatMap(({ pipeline }) => pipeline.unknowns)
    const unread = unknowns.filter(({ broken, elsewhere }) => broken !== undefined || elsewhere)
    const told = [...unread.map(sentenceOf), ...found.flatMap((one) => one.notes)]
    // Where nothing else is told, what may publish is.
    const notes = new Set(once.size + told.length > 0 ? told : unknowns.map(sentenceOf))
    const isWhole = releases.length > 0 && notes.size === 0
    return { needed: [...once.values()], notes: [...notes], isWhole }
  } catch (error) {
    if (!(error instanceof PipelineError) || recordedHosts.length === 0) throw error
    return { needed: [], notes: [error.message], isWhole: false }
  }
}

function sentenceOf({ place, sentence }: Unknown): string {
  return place === undefined ? sentence : `${place.file}: ${sentence}`
}

function neededOf(pipeline: Pipeline, hosts: ReadonlySet<string>): Omit<NeededHere, 'isWhole'> {
  const path = pathAt(pipeline)
  if (path === undefined) {
    const publishes = pipeline.jobs.some((job) => job.publishes.length > 0)
    return { needed: [], notes: publishes ? [nameless(pipeline)] : [] }
  }
  const repository = { ...pipeline.repository, path }
  const { host } = repository
  const isForeign = host !== undefined && !KNOWN_HOSTS.test(host)
  const steps = pipeline.jobs.flatMap((job) => job.publishes.map((step) => ({ job, step })))
  const needed = steps
    .filter(({ step }) => !isOpen(step))
    .flatMap(({ job, step }) => {
      const jobs = [{ ...job, publishes: [step] }]
      return neededPublishers({ ...pipeline, repository, jobs })
        .filter(({ registry }) => hosts.has(hostOf(registry)))
        .filter(({ registry }) => !isForeign || !TRUSTING.includes(hostOf(registry)))
        .map((publisher) => ({ publisher, environmentKnown: job.environment.known }))
    })
  const notes = steps.flatMap(({ job, step }) => {
    if (isOpen(step))
      return `Only a run knows where job "${job.id}" publishes to (${step.registry}): record its publishers by hand.`
    return step.packages.length === 0 && hosts.has(hostOf(registryOf(step)))
      ? `Which package \`${step.text}\` of job "${job.id}" uploads cannot be told: record its publisher by hand.`
      : []
  })
  const refused = isForeign && steps.length > 0 ? [unknownTo(host)] : []
  return { needed, notes: [...refused, ...notes] }
}

function unknownTo(host: string): string {
  return `The repository is at ${host}, and npmjs.com and PyPI take ID tokens of github.com and gitlab.com only: there is nothing to configure there.`
}

function nameless({ provider, repository: { host, path } }: Pipeline): string {
  return path === undefined
    ? NAMELESS
    : `The repository is known as ${path} at ${host}; where ${provider === 'gitlab' ? 'its project at GitLab' : 'its copy at GitHub'} is, nothing names: add it as a remote, or record its publishers by hand.`
}

const NAMELESS =
  'Neither a git remote nor a manifest names the repository, so what its publishers must say is not known.'

function isOpen({ registry }: { readonly registry?: string }): boolean {
  return registry?.includes('$') === true
}

/** The path of the repository at the forge that runs this pipeline: a mirror may be at another one. */
function pathAt({ provider, repository }: Pipeline): string | undefined {
  const own = `${provider}.com`
  if (!isElsewhere(repository, own)) return repository.path
  return repository.remotes?.find(({ host }) => host === own)?.path
}

function isElsewhere({ host }: Repository, own: string): boolean {
  return host !== own && ['github.com', 'gitlab.com'].includes(host ?? '')
}
