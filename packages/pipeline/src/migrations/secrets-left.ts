import type { Job } from '../job.ts'
import type { Place } from '../place.ts'
import { hostOf } from '../publishers/registries.ts'
import { type Release, TRUSTING, uploadsOf } from '../release.ts'
import { child, textOf } from '../yaml/tree.ts'
import type { Left } from './migration.ts'

/** The stored secrets that were used to publish and are not any more. */
export function secretsGone(
  before: readonly Release[],
  after: readonly Release[],
): { readonly unused: readonly string[]; readonly left: readonly Left[] } {
  const [old, rest] = [before, after].map(
    (releases) => new Set(releases.flatMap((one) => storedNames(one))),
  )
  const ofPypi = new Set(before.flatMap((one) => storedNames(one, 'pypi')))
  const gone = [...(old ?? [])].filter((name) => !rest?.has(name)).toSorted()
  const named = new Map(
    gone.map((name) => [name, after.map((one) => placeOf(name, one)).find((place) => place)]),
  )
  const left = [...named].flatMap(([name, place]): readonly Left[] => {
    const remedy = ofPypi.has(name)
      ? 'Take it out there too before you delete it.'
      : 'To install, a token that may only read is enough; dist-tags and deprecations still need one that may write.'
    const sentence = `Nothing publishes with the secret ${name} any more, but this takes it still. ${remedy}`
    return place === undefined ? [] : [{ place, sentence }]
  })
  return { unused: gone.filter((name) => named.get(name) === undefined), left }
}

function storedNames(release: Release, ecosystem?: 'pypi'): readonly string[] {
  return uploadsOf(release)
    .filter(({ registry }) => TRUSTING.includes(hostOf(registry)))
    .filter(({ step }) => ecosystem === undefined || step.ecosystem === ecosystem)
    .flatMap(({ job, step }) => step.storedSecrets.map(({ name }) => inSettings(name, job)))
}

/** A called workflow has names of its own for what its callers pass. */
function inSettings(name: string, { source }: Job): string {
  return source.callers.toReversed().reduce((inner, { job }) => {
    const passed = textOf(child(job, 'secrets', inner)) ?? ''
    return /\bsecrets\.(\w+)/.exec(passed)?.[1] ?? inner
  }, name)
}

/** Where a CI file still names a secret. */
function placeOf(name: string, { pipeline, source }: Release): Place | undefined {
  const pattern =
    pipeline.provider === 'github'
      ? new RegExp(`\\bsecrets(?:\\.|\\[['"])${name}\\b`, 'i')
      : new RegExp(`\\$\\{?${name}\\b`)
  const files = [...pipeline.jobs, ...pipeline.otherJobs].flatMap((job) => [
    job.entry,
    job.file,
    ...job.source.callers.map(({ file }) => file),
    ...job.steps.map(({ place }) => place.file),
  ])
  for (const file of new Set(files)) {
    const lines = source(file)?.text.split('\n') ?? []
    const at = lines.findIndex((line) => pattern.test(line.replace(/(?:^|\s)#.*/, '')))
    if (at >= 0) return { file, line: at + 1, column: 1 }
  }
  return undefined
}
