import { replaceText } from '../edits/yaml-edits.ts'
import { uploadsOf } from '../release.ts'
import { child, textOf } from '../yaml/tree.ts'
import type { Check } from './check.ts'

/** F21: a release that the next push stops half way. */
export const cancelledRelease: Check = {
  id: 'cancelled-release',
  title: 'a publish that the next run of the workflow cancels half way',
  failures: ['F21'],
  severity: 'warning',
  *find(release) {
    for (const job of new Set(uploadsOf(release).map((upload) => upload.job))) {
      for (const tree of [job.source.job, job.source.workflow]) {
        const cancel = child(tree, 'concurrency', 'cancel-in-progress')
        if (cancel === undefined || textOf(cancel) !== 'true') continue
        const source = release.source(job.file)
        const edit = source && replaceText(source, cancel, 'false')
        yield {
          place: cancel.place,
          message: `\`cancel-in-progress: true\`: another push stops job "${job.id}" between two uploads. Half of the packages are out then, and a new try ends with "403 You cannot publish over the previously published versions".`,
          fix: 'Write `cancel-in-progress: false` for the workflow that releases.',
          ...(edit !== undefined && { edits: [edit] }),
        }
      }
    }
  },
}
