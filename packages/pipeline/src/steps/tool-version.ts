import { intersects, subset, validRange } from 'semver'
import type { ToolVersion } from '../job.ts'

/** Tells whether a program is certainly older than a version; what is not known is not older. */
export function isCertainlyBelow({ range }: Pick<ToolVersion, 'range'>, floor: string): boolean {
  return !intersects(range, `>=${floor}`)
}

/** Tells whether a program is certainly of this version or newer. */
export function isCertainlyAtLeast({ range }: Pick<ToolVersion, 'range'>, floor: string): boolean {
  return subset(range, `>=${floor}`)
}

/** Tells whether a program is certainly one of a range of versions. */
export function isCertainlyIn({ range }: Pick<ToolVersion, 'range'>, versions: string): boolean {
  return subset(range, versions)
}

/** Tells whether a program may be one of a range of versions. */
export function mayBeIn({ range }: Pick<ToolVersion, 'range'>, versions: string): boolean {
  return intersects(range, versions)
}

/** What a version that is asked for can be: `^9.1` and `9.x` are ranges, a tag such as `latest` can be anything. */
export function rangeOf(written: string): string {
  const bare = written
    .trim()
    .replace(/^v(?=\d)/i, '')
    .replace(/^workspace:/, '')
  return validRange(bare) ?? '*'
}
