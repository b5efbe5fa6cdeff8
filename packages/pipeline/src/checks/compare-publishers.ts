import { RECORD_FILE, type RecordedPublisher } from '@trustpub/identity'
import type { Place } from '../place.ts'
import { neededPublishers } from '../publishers/needed.ts'
import { hostOf } from '../publishers/registries.ts'
import { type Credentials, type Release, type TrustedUpload, uploadsOf } from '../release.ts'

/** An upload of one package, the publisher that it needs, and what is recorded for the package. */
export interface Comparison {
  readonly upload: TrustedUpload
  readonly needed: RecordedPublisher
  /** Those of the package at the same registry. */
  readonly recorded: readonly RecordedPublisher[]
  /** Those of the package at other registries. */
  readonly elsewhere: readonly RecordedPublisher[]
}

/** Every upload with ID tokens beside the record. Empty without a record. */
export function comparisons(release: Release): readonly Comparison[] {
  const { record } = release
  if (record === undefined) return []
  const byPackage = new Map<string, RecordedPublisher[]>()
  for (const publisher of record) {
    const key = packageKey(publisher.package)
    byPackage.set(key, [...(byPackage.get(key) ?? []), publisher])
  }
  return uploadsWith(['trusted', 'both'], release).flatMap((upload) =>
    neededBy(upload, release).map((needed) => {
      const same = byPackage.get(packageKey(needed.package)) ?? []
      const [here, elsewhere] = [true, false].map((want) =>
        same.filter(({ registry }) => (hostOf(registry) === hostOf(needed.registry)) === want),
      )
      return { upload, needed, recorded: here ?? [], elsewhere: elsewhere ?? [] }
    }),
  )
}

/** The uploads that come by their leave in one of these ways. */
export function uploadsWith(
  wanted: readonly Credentials[],
  release: Release,
): readonly TrustedUpload[] {
  return uploadsOf(release).filter(({ credentials }) => wanted.includes(credentials))
}

/** The publishers, one for each package, without which an upload would be refused. */
export function neededBy(
  { job, step }: TrustedUpload,
  { pipeline }: Release,
): readonly RecordedPublisher[] {
  return neededPublishers({ ...pipeline, jobs: [{ ...job, publishes: [step] }] })
}

/** PyPI takes names as equal that differ in case and separators only (PEP 503). */
export function packageKey(name: string): string {
  return name.startsWith('pypi:') ? name.toLowerCase().replace(/[-_.]+/g, '-') : name
}

/** The line of the record that names a package. */
export function placeInRecord(name: string, release: Release): Place {
  const text = release.source(RECORD_FILE)?.text ?? ''
  const at = text.indexOf(JSON.stringify(name))
  const line = at < 0 ? 1 : text.slice(0, at).split('\n').length
  return { file: RECORD_FILE, line, column: 1 }
}

/** What a registry says to an ID token that fits none of its publishers. */
export function refusalBy(registry: string, ecosystem: 'npm' | 'pypi'): string {
  const host = hostOf(registry)
  if (ecosystem === 'npm') {
    const who = host === 'registry.npmjs.org' ? 'npmjs.com' : host
    return `${who} answers the exchange with "package not found", which npm shows as a 404 or as ENEEDAUTH`
  }
  return `${host} answers "invalid-publisher: valid token, but no corresponding publisher"`
}

/** How many names are written out of a monorepo's packages. */
const NAMED = 3

/** "npm:a, npm:b, npm:c and 297 more", for one sentence about many packages. */
export function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, NAMED).join(', ')
  return names.length > NAMED ? `${shown} and ${names.length - NAMED} more` : shown
}

/** What a check wants to say of one package of an upload. */
export interface Remark {
  readonly upload: TrustedUpload
  /** The package. */
  readonly name: string
  /** The same where the same is to be said. */
  readonly key: string
}

/** The remarks that say the same of the same step, each group with its packages. */
export function grouped<T extends Remark>(
  remarks: readonly T[],
): readonly { readonly first: T; readonly names: readonly string[] }[] {
  const groups = new Map<string, { readonly first: T; readonly names: string[] }>()
  for (const remark of remarks) {
    const { step } = remark.upload
    const key = JSON.stringify([step.place, step.text, remark.key])
    const group = groups.get(key) ?? { first: remark, names: [] }
    if (!group.names.includes(remark.name)) group.names.push(remark.name)
    groups.set(key, group)
  }
  return [...groups.values()]
}
