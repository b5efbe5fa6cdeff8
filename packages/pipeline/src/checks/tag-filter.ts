import { uploadsOf } from '../release.ts'
import type { Check } from './check.ts'

// Fewer tags prove nothing.
const ENOUGH_TAGS = 3

/** F20: a filter that fits none of the tags there are. */
export const tagFilter: Check = {
  id: 'tag-filter',
  title: 'a filter for tags that none of the tags of the repository passes',
  failures: ['F20'],
  severity: 'warning',
  *find(release) {
    const { tags, pipeline } = release
    if (pipeline.provider !== 'github' || tags.length < ENOUGH_TAGS) return
    for (const job of new Set(uploadsOf(release).map((upload) => upload.job))) {
      if (
        job.triggers.some(
          ({ event, tags: wanted, branches }) =>
            event !== 'push' || wanted === undefined || branches !== undefined,
        )
      )
        continue
      const patterns = job.triggers.flatMap((trigger) => trigger.tags ?? [])
      if (patterns.some((pattern) => /[?+[\]()!{]/.test(pattern))) continue
      if (tags.some((tag) => patterns.some((pattern) => fits(tag, pattern)))) continue
      yield {
        place: job.place,
        message: `Job "${job.id}" runs for tags like ${patterns.join(', ')}, and none of the ${tags.length} tags of the repository is one (the last: ${tags.at(-1)}): a tag like those starts nothing.`,
        fix: 'Write the filter as the tags are made.',
      }
    }
  },
}

/** `*` stays within a segment, `**` does not (docs.github.com, "Filter pattern cheat sheet"). */
function fits(tag: string, pattern: string): boolean {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) =>
      part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replace(/[.$^|\\]/g, '\\$&'),
    )
    .join('')
  return new RegExp(`^${source}$`).test(tag)
}
