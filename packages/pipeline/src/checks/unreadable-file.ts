import type { Check } from './check.ts'

/** A file that is broken, while others are not: whether the release is in it, nobody can tell. */
export const unreadableFile: Check = {
  id: 'unreadable-file',
  title: 'a workflow or .gitlab-ci.yml that the CI cannot read',
  failures: ['F20'],
  severity: 'warning',
  *find({ pipeline }) {
    for (const { place, sentence, broken } of pipeline.unknowns) {
      if (broken === undefined || place === undefined) continue
      yield {
        place,
        message: `${sentence} Until then nothing in it runs, a release neither.`,
        fix: 'Correct the file, or take it away.',
      }
    }
  },
}
