import type { RecordedPublisher } from '@trustpub/identity'
import type { Release } from '../release.ts'
import type { Check, Found } from './check.ts'
import {
  type Comparison,
  comparisons,
  type Difference,
  differences,
  placeInRecord,
} from './compare-publishers.ts'

/** F5, F7, F8: the job is not the one that the registry was told of. */
export const publisherDiffers: Check = {
  id: 'publisher-differs',
  title: 'a job whose repository, workflow file or environment is not the recorded one',
  failures: ['F5', 'F7', 'F8'],
  severity: 'error',
  *find(release) {
    for (const comparison of comparisons(release)) {
      const ranked = comparison.recorded
        .map((publisher) => ({ publisher, found: differences(publisher, comparison, release) }))
        .toSorted((a, b) => a.found.length - b.found.length)
      const [nearest] = ranked
      if (nearest === undefined || nearest.found.length === 0) continue
      yield finding(comparison, nearest.publisher, nearest.found, release)
    }
  },
}

function finding(
  { upload, needed }: Comparison,
  publisher: RecordedPublisher,
  found: readonly Difference[],
  release: Release,
): Found {
  const { job, step, credentials } = upload
  const open = !job.environment.known && found.every(({ field }) => field === 'environment')
  const certain = credentials === 'trusted' && !open
  const list = found.map(spelled).join('; ')
  const { line, file } = placeInRecord(publisher.package, release)
  return {
    ...(!certain && { severity: 'warning' as const }),
    place: step.place,
    message: `The publisher of ${needed.package} in ${file}:${line} ${open ? 'may not accept' : 'does not accept'} job "${job.id}": ${list}. ${step.ecosystem === 'npm' ? 'npmjs.com answers the exchange with "package not found", and the upload ends with a 404' : 'PyPI answers "invalid-publisher: valid token, but no corresponding publisher"'}.`,
    fix: 'Change the job back, or the publisher at the registry and then the record; `trustpub trust plan` shows both.',
  }
}

function spelled({ field, expected, got }: Difference): string {
  const named = (value: string | undefined): string => (value === undefined ? 'none' : `"${value}"`)
  const isCase =
    expected !== undefined && got !== undefined && expected.toLowerCase() === got.toLowerCase()
  return `${field} is ${named(got)}, expected ${named(expected)}${isCase ? ' (the case differs)' : ''}`
}
