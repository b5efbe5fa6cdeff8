import type { RecordedPublisher } from '@trustpub/identity'
import type { Release } from '../release.ts'
import type { Check, Found } from './check.ts'
import {
  type Comparison,
  comparisons,
  grouped,
  namesOf,
  placeInRecord,
  type Remark,
  refusalBy,
} from './compare-publishers.ts'
import { type Difference, differences, spelled } from './publisher-differences.ts'

/** F5, F7, F8, F36: the job is not the one that the registry was told of. */
export const publisherDiffers: Check = {
  id: 'publisher-differs',
  title: 'a job whose repository, workflow file or environment is not the recorded one',
  failures: ['F5', 'F7', 'F8', 'F36'],
  severity: 'error',
  *find(release) {
    const found = comparisons(release).flatMap((comparison) => nearest(comparison, release) ?? [])
    for (const { first, names } of grouped(found)) yield finding(first, names, release)
  },
}

interface Nearest extends Remark {
  readonly publisher: RecordedPublisher
  readonly found: readonly Difference[]
  /** How many publishers are recorded beside it. */
  readonly others: number
}

/** The recorded publisher with the fewest differences; undefined if one has none. */
function nearest(comparison: Comparison, release: Release): Nearest | undefined {
  const { recorded, upload, needed } = comparison
  const [best] = recorded
    .map((publisher) => ({ publisher, found: differences(publisher, comparison, release) }))
    .toSorted((a, b) => a.found.length - b.found.length)
  if (best === undefined || best.found.length === 0) return undefined
  const key = spelled(best.found, release)
  return { upload, name: needed.package, ...best, key, others: recorded.length - 1 }
}

function finding(
  { upload, publisher, found, key, others }: Nearest,
  names: readonly string[],
  release: Release,
): Found {
  const { job, step, registry, credentials } = upload
  const isCertain = found.some(({ certain }) => certain)
  const { line, file } = placeInRecord(publisher.package, release)
  const which = others === 0 ? 'The publisher' : `The nearest of ${others + 1} publishers`
  const says = isCertain ? 'does not accept' : 'may not accept'
  return {
    ...((credentials !== 'trusted' || !isCertain) && { severity: 'warning' as const }),
    place: step.place,
    message: `${which} of ${namesOf(names)} in ${file}:${line} ${says} job "${job.id}": ${key}. ${isCertain ? '' : 'Then '}${refusalBy(registry, step.ecosystem)}.`,
    fix: 'Change the job back, or the publisher at the registry and then the record; `trustpub trust plan` shows both.',
  }
}
