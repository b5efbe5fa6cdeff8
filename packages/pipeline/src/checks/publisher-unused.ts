import type { Release } from '../release.ts'
import type { Check } from './check.ts'
import { neededBy, packageKey, placeInRecord, uploadsWith } from './compare-publishers.ts'
import { stagingsIn } from './staging.ts'

/** A publisher that nothing uses is a door that nobody watches, or was meant for another name. */
export const publisherUnused: Check = {
  id: 'publisher-unused',
  title: 'a recorded publisher of a package that no job publishes',
  failures: ['F5', 'F23'],
  severity: 'note',
  *find(release) {
    const used = usedIn(release)
    if (used === undefined) return
    const unused = (release.record ?? []).filter((one) => !used.has(packageKey(one.package)))
    for (const name of new Set(unused.map((one) => one.package))) {
      yield {
        place: placeInRecord(name, release),
        message: `${name} has a recorded publisher, and no job that can be read here publishes it with an ID token.`,
        fix: 'Remove the publisher at the registry and from the record (`trustpub trust remove`), if nothing else needs it; or correct the name.',
      }
    }
  },
}

/** The packages that are published; undefined where it is not known which those are. */
function usedIn(release: Release): ReadonlySet<string> | undefined {
  const { jobs, unknowns } = release.pipeline
  const stagings = stagingsIn(release)
  const isRead =
    // What is called elsewhere may publish anything.
    unknowns.every(({ elsewhere }) => elsewhere === undefined) &&
    stagings.every((one) => one.package !== undefined) &&
    jobs.every(({ publishes }) => publishes.every(({ packages }) => packages.length > 0))
  if (!isRead) return undefined
  const published = uploadsWith(['trusted', 'both', 'none', 'unknown'], release)
    .flatMap((upload) => neededBy(upload, release))
    .map((needed) => needed.package)
  const staged = stagings.flatMap((one) => one.package ?? [])
  return new Set([...published, ...staged].map(packageKey))
}
