import { replaceText } from '../edits/yaml-edits.ts'
import type { PublishJob } from '../model.ts'
import { type Release, uploadsOf } from '../release.ts'
import { child, itemsOf, type Tree, textOf } from '../yaml/tree.ts'
import type { Check } from './check.ts'
import { releaseMakers } from './release-makers.ts'
import { startsOf } from './starts.ts'

/** F20: `created` is said of releases that were never a draft. */
export const draftRelease: Check = {
  id: 'draft-release',
  title: 'a publish that waits for `created` releases, which those saved as a draft never are',
  failures: ['F20'],
  severity: 'warning',
  *find(release) {
    if (release.pipeline.provider !== 'github') return
    const drafts = releaseMakers(release).filter(({ draft }) => draft)
    const written = new Set<Tree>()
    for (const { job, step } of uploadsOf(release)) {
      const [start, other] = startsOf(job, step).filter(
        ({ event }) => event !== 'workflow_dispatch',
      )
      if (start?.event !== 'release' || other !== undefined) continue
      const types = start.types ?? []
      const created = createdIn(job)
      if (types.length !== 1 || types[0] !== 'created' || created === undefined) continue
      if (written.has(created)) continue
      written.add(created)
      const maker = drafts[0]
      yield {
        ...(maker === undefined && { severity: 'note' as const }),
        place: created.place,
        message:
          maker === undefined
            ? `A release that somebody saves as a draft first is \`published\` later and never \`created\`: job "${job.id}" is not started for it.`
            : `${maker.what} (${maker.step.place.file}:${maker.step.place.line}) makes drafts. A draft is \`published\` later and never \`created\`: job "${job.id}" is not started for it.`,
        fix: 'Write `types: [published]`, which is said of every release.',
        ...edited(created, job, release),
      }
    }
  },
}

function createdIn({ source }: PublishJob): Tree | undefined {
  const workflow = source.callers[0]?.workflow ?? source.workflow
  const types = child(workflow, 'on', 'release', 'types')
  return textOf(types) === 'created' ? types : itemsOf(types).at(0)
}

function edited(created: Tree, job: PublishJob, release: Release) {
  const source = release.source(job.entry)
  const edit = source && replaceText(source, created, 'published')
  return edit && { edits: [edit] }
}
