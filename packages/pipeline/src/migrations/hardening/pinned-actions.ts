import type { Edit, SourceFile } from '../../edits/edit.ts'
import { isCommit } from '../../github/action-use.ts'
import type { JobStep } from '../../job.ts'
import type { Release } from '../../release.ts'
import { child } from '../../yaml/tree.ts'
import { ACTION_PINS } from '../action-pins.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { releasingJobs } from './jobs.ts'

/** The first release of each action that takes what is written today the same way as the pinned one. */
const COMPATIBLE_SINCE: Readonly<Record<string, number>> = {
  'actions/checkout': 2,
  'actions/setup-node': 2,
  'actions/setup-python': 4,
  'actions/upload-artifact': 4,
  'actions/download-artifact': 4,
  'actions/github-script': 6,
  'actions/attest': 2,
  'actions/attest-build-provenance': 2,
  'pypa/gh-action-pypi-publish': 1,
  'astral-sh/setup-uv': 5,
  'pnpm/action-setup': 3,
}

/** Actions at commits: whoever can move a tag could run code in the job that asks for ID tokens. */
export const pinnedActions: Rewrite = {
  id: 'pinned-actions',
  title: 'Pins the actions of publishing jobs, and of those before them, to commits.',
  *rewrite(release) {
    for (const job of releasingJobs(release)) {
      for (const step of job.steps) yield* pinned(step, release)
    }
  },
}

function* pinned({ action, tree, place, inAction }: JobStep, release: Release): Iterable<Outcome> {
  if (action === undefined || inAction !== undefined || action.ref === '' || isCommit(action.ref))
    return
  const source = release.source(place.file)
  const pin = Object.hasOwn(ACTION_PINS, action.name) ? ACTION_PINS[action.name] : undefined
  const uses = child(tree, 'uses')
  const [major = Number.NaN] = action.version ?? (action.ref.startsWith('release/') ? [1] : [])
  const known = pin !== undefined && major >= (COMPATIBLE_SINCE[action.name] ?? Infinity)
  if (!known || uses?.span === undefined || source === undefined) {
    yield {
      place: action.place,
      sentence: `${action.name}@${action.ref} is not pinned: its commit is not known here. Pin it to the commit of a release, e.g. with the pin command of your update bot.`,
    }
    return
  }
  const { start, end } = uses.span
  const sentence = `${action.name} is pinned to the commit of ${pin.version}.`
  const edits = [pinEdit(source, start, end, `${action.name}@${pin.sha}`, pin.version)]
  yield { place: action.place, sentence, edits }
}

/** The commit, and its version as a comment unless the line has one. */
function pinEdit(
  { file, text }: SourceFile,
  start: number,
  end: number,
  uses: string,
  version: string,
): Edit {
  const rest = /^[^\r\n]*/.exec(text.slice(end))?.[0] ?? ''
  // Nothing but the end of the line may stand before a comment.
  const comment = rest.trim() === '' ? ` # ${version}` : ''
  return { file, start, end, text: uses + comment }
}
