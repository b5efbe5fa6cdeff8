import { RECORD_FILE, type RecordedPublisher } from '@trustpub/identity'
import type { Place } from '../place.ts'
import { neededPublishers } from '../publishers/needed.ts'
import { hostOf } from '../publishers/registries.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'

/** An upload of one package, the publisher that it needs, and what is recorded for the package. */
export interface Comparison {
  readonly upload: TrustedUpload
  readonly needed: RecordedPublisher
  /** Those of the package at the same registry. */
  readonly recorded: readonly RecordedPublisher[]
  /** Those of the package at other registries. */
  readonly elsewhere: readonly RecordedPublisher[]
}

/** A field that a recorded publisher and a job do not agree on. */
export interface Difference {
  readonly field: string
  readonly expected: string | undefined
  readonly got: string | undefined
}

/** Every upload with ID tokens beside the record. Empty without a record. */
export function comparisons(release: Release): readonly Comparison[] {
  const { record, pipeline } = release
  if (record === undefined) return []
  return uploadsOf(release)
    .filter(({ credentials }) => credentials === 'trusted' || credentials === 'both')
    .flatMap((upload) => {
      const jobs = [{ ...upload.job, publishes: [upload.step] }]
      return neededPublishers({ ...pipeline, jobs }).map((needed) => {
        const same = record.filter((one) => packageKey(one.package) === packageKey(needed.package))
        const [here, elsewhere] = [true, false].map((want) =>
          same.filter(({ registry }) => (hostOf(registry) === hostOf(needed.registry)) === want),
        )
        return { upload, needed, recorded: here ?? [], elsewhere: elsewhere ?? [] }
      })
    })
}

/** PyPI takes names as equal that differ in case and separators only (PEP 503). */
export function packageKey(name: string): string {
  return name.startsWith('pypi:') ? name.toLowerCase().replace(/[-_.]+/g, '-') : name
}

/** What a recorded publisher would refuse of a job. A field that it leaves open accepts everything. */
export function differences(
  recorded: RecordedPublisher,
  { needed, upload }: Comparison,
  release: Release,
): readonly Difference[] {
  const names = new Set([...Object.keys(recorded.fields), ...Object.keys(needed.fields)])
  return [...names].flatMap((field) => {
    const [expected, got] = [recorded.fields[field], needed.fields[field]]
    if (expected === undefined && field === 'environment') return []
    if (field === 'ref') return []
    // Nothing but a manifest may name the repository here.
    if (field === 'repository' && release.pipeline.repository.path === undefined) return []
    if (
      expected === got ||
      (expected !== undefined && got !== undefined && isSame(field, expected, got, upload))
    )
      return []
    return [{ field, expected, got }]
  })
}

/** PyPI takes repositories and environments of GitHub in any case; npmjs.com and GitLab do not. */
function isSame(field: string, expected: string, got: string, { step }: TrustedUpload): boolean {
  const anyCase = step.ecosystem === 'pypi' && (field === 'repository' || field === 'environment')
  return anyCase && expected.toLowerCase() === got.toLowerCase()
}

/** The line of the record that names a package. */
export function placeInRecord(name: string, release: Release): Place {
  const text = release.source(RECORD_FILE)?.text ?? ''
  const at = text.indexOf(JSON.stringify(name))
  const line = at < 0 ? 1 : text.slice(0, at).split('\n').length
  return { file: RECORD_FILE, line, column: 1 }
}

/** How many names are written out of a monorepo's packages. */
const NAMED = 3

/** "npm:a, npm:b, npm:c and 297 more", for one sentence about many packages. */
export function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, NAMED).join(', ')
  return names.length > NAMED ? `${shown} and ${names.length - NAMED} more` : shown
}

/** The comparisons about which there is the same to say, each group with its packages. */
export function grouped<T extends { readonly comparison: Comparison; readonly key: string }>(
  items: readonly T[],
): readonly { readonly first: T; readonly names: readonly string[] }[] {
  const groups = new Map<string, { readonly first: T; readonly names: string[] }>()
  for (const item of items) {
    const { step } = item.comparison.upload
    const key = JSON.stringify([step.place, step.text, item.key])
    const group = groups.get(key) ?? { first: item, names: [] }
    const { package: name } = item.comparison.needed
    if (!group.names.includes(name)) group.names.push(name)
    groups.set(key, group)
  }
  return [...groups.values()]
}
