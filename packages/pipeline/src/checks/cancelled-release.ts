import { replaceText } from '../edits/yaml-edits.ts'
import type { PublishJob, PublishStep } from '../model.ts'
import { uploadsOf } from '../release.ts'
import { child, type Tree, textOf } from '../yaml/tree.ts'
import type { Check } from './check.ts'
import { isTagged, startsOf } from './starts.ts'

/** F21: a release that the next push stops half way. */
export const cancelledRelease: Check = {
  id: 'cancelled-release',
  title: 'a publish that the next run of the workflow cancels half way',
  failures: ['F21'],
  severity: 'warning',
  *find(release) {
    for (const { job, step } of uploadsOf(release)) {
      for (const { file, tree } of levelsOf(job)) {
        const concurrency = child(tree, 'concurrency')
        const cancel = child(concurrency, 'cancel-in-progress')
        if (cancel === undefined || textOf(cancel) !== 'true') continue
        if (isItsOwn(textOf(child(concurrency, 'group')) ?? '', job, step)) continue
        const source = release.source(file)
        const edit = source && replaceText(source, cancel, 'false')
        yield {
          place: cancel.place,
          message: `\`cancel-in-progress: true\`: the next run of the group stops job "${job.id}" ${halfWay(step)}, and a new try ends with ${refusal(step)}.`,
          fix: 'Write `cancel-in-progress: false` for the workflow that releases.',
          ...(edit !== undefined && { edits: [edit] }),
        }
      }
    }
  },
}

function levelsOf({ file, source }: PublishJob): readonly { file: string; tree: Tree }[] {
  return [
    { file, tree: source.job },
    { file, tree: source.workflow },
    ...source.callers.flatMap((caller) => [
      { file: caller.file, tree: caller.job },
      { file: caller.file, tree: caller.workflow },
    ]),
  ]
}

/** A group of this run alone, or of this tag, of which there is one release. */
function isItsOwn(group: string, job: PublishJob, step: PublishStep): boolean {
  if (/github\.(?:run_id|sha)\b/.test(group)) return true
  if (!/github\.(?:ref|ref_name|event\.release\.tag_name)\b/.test(group)) return false
  const starts = startsOf(job, step).filter(({ event }) => event !== 'workflow_dispatch')
  return starts.length > 0 && starts.every(isTagged)
}

function halfWay({ ecosystem, packages }: PublishStep): string {
  return ecosystem === 'npm' && packages.length === 1
    ? 'wherever it is. The package may be out then without what should follow'
    : 'between two uploads. Half of the files are out then'
}

function refusal({ ecosystem }: PublishStep): string {
  return ecosystem === 'npm'
    ? '"403 You cannot publish over the previously published versions"'
    : '"400 File already exists"'
}
