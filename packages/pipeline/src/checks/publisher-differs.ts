import type { RecordedPublisher } from '@trustpub/identity'
import type { Release } from '../release.ts'
import type { Check, Found } from './check.ts'
import {
  type Comparison,
  comparisons,
  type Difference,
  differences,
  grouped,
  namesOf,
  placeInRecord,
} from './compare-publishers.ts'

/** F5, F7, F8: the job is not the one that the registry was told of. */
export const publisherDiffers: Check = {
  id: 'publisher-differs',
  title: 'a job whose repository, workflow file or environment is not the recorded one',
  failures: ['F5', 'F7', 'F8'],
  severity: 'error',
  *find(release) {
    const found = comparisons(release).flatMap((comparison) => nearest(comparison, release) ?? [])
    for (const { first, names } of grouped(found)) yield finding(first, names, release)
  },
}

interface Nearest {
  readonly comparison: Comparison
  readonly publisher: RecordedPublisher
  readonly found: readonly Difference[]
  readonly key: string
}

/** The recorded publisher with the fewest differences; undefined if one has none. */
function nearest(comparison: Comparison, release: Release): Nearest | undefined {
  const [best] = comparison.recorded
    .map((publisher) => ({ publisher, found: differences(publisher, comparison, release) }))
    .toSorted((a, b) => a.found.length - b.found.length)
  if (best === undefined || best.found.length === 0) return undefined
  return { comparison, ...best, key: best.found.map(spelled).join('; ') }
}

function finding(
  { comparison, publisher, found, key: list }: Nearest,
  names: readonly string[],
  release: Release,
): Found {
  const { job, step, credentials } = comparison.upload
  const open = !job.environment.known && found.every(({ field }) => field === 'environment')
  const certain = credentials === 'trusted' && !open
  const { line, file } = placeInRecord(publisher.package, release)
  return {
    ...(!certain && { severity: 'warning' as const }),
    place: step.place,
    message: `The publisher of ${namesOf(names)} in ${file}:${line} ${open ? 'may not accept' : 'does not accept'} job "${job.id}": ${list}. ${step.ecosystem === 'npm' ? 'npmjs.com answers the exchange with "package not found", and the upload ends with a 404' : 'PyPI answers "invalid-publisher: valid token, but no corresponding publisher"'}.`,
    fix: 'Change the job back, or the publisher at the registry and then the record; `trustpub trust plan` shows both.',
  }
}

function spelled({ field, expected, got }: Difference): string {
  const named = (value: string | undefined): string => (value === undefined ? 'none' : `"${value}"`)
  const isCase =
    expected !== undefined && got !== undefined && expected.toLowerCase() === got.toLowerCase()
  return `${field} is ${named(got)}, expected ${named(expected)}${isCase ? ' (the case differs)' : ''}`
}
