import type { Check } from './check.ts'
import { comparisons, packageKey, placeInRecord } from './compare-publishers.ts'

/** A publisher that nothing uses is a door that nobody watches. */
export const publisherUnused: Check = {
  id: 'publisher-unused',
  title: 'a recorded publisher of a package that no job publishes',
  failures: ['F5'],
  severity: 'note',
  *find(release) {
    const used = new Set(comparisons(release).map(({ needed }) => packageKey(needed.package)))
    const unread = release.pipeline.jobs.some(({ publishes }) =>
      publishes.some(({ packages }) => packages.length === 0),
    )
    if (unread) return
    for (const { package: name } of release.record ?? []) {
      if (used.has(packageKey(name))) continue
      yield {
        place: placeInRecord(name, release),
        message: `${name} has a recorded publisher, and no job here publishes it with an ID token.`,
        fix: 'Remove the publisher at the registry and from the record (`trustpub trust remove`), if nothing else needs it.',
      }
    }
  },
}
