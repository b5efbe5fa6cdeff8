import { examine } from '../checks/run.ts'
import type { Release } from '../release.ts'
import type { Left } from './migration.ts'

/** What would stop the release still: no rewrite mends it, and somebody has to. */
export function failing(release: Release, told: readonly Left[]): readonly Left[] {
  const isTold = (file: string, line: number) =>
    told.some(({ place }) => place.file === file && place.line === line)
  return examine(release)
    .findings.filter(
      ({ severity, place }) => severity === 'error' && !isTold(place.file, place.line),
    )
    .map(({ place, message, fix }) => ({ place, sentence: `${message} ${fix}` }))
}
