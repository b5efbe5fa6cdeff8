import type { Edit, SourceFile } from '../../edits/edit.ts'
import { replaceText } from '../../edits/yaml-edits.ts'
import { isActionBelow, isCommit } from '../../github/action-use.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import { child, type Tree, textOf } from '../../yaml/tree.ts'
import { ACTION_PINS } from '../action-pins.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { knownUploads } from './known.ts'

/** Old releases of the action that uploads to PyPI. */
export const pythonActions: Rewrite = {
  id: 'python-actions',
  title: 'Raises gh-action-pypi-publish to a release with trusted publishing and attestations.',
  *rewrite(release) {
    for (const upload of knownUploads(release)) {
      if (upload.step.action?.name === 'pypa/gh-action-pypi-publish') yield* raised(upload, release)
    }
  },
}

function* raised({ step, credentials }: TrustedUpload, release: Release): Iterable<Outcome> {
  const { action } = step
  const source = release.source(step.place.file)
  const uses = child(step.within, 'uses')
  if (action === undefined || source === undefined || uses === undefined) return
  const isMoving = /^(?:master|main)$/.test(action.ref)
  // A commit that nothing names the release of may be as old as it likes.
  const isNameless =
    isCommit(action.ref) && action.version === undefined && step.storedSecrets.length > 0
  // What exchanges ID tokens today is not a matter of moving there.
  const floor = credentials === 'trusted' ? ([1, 8] as const) : ([1, 11] as const)
  if (!isMoving && !isNameless && !isActionBelow(action, floor)) return
  const edit = raisedEdit(source, uses, action.ref)
  const from = isNameless
    ? action.ref.slice(0, 7)
    : isCommit(action.ref)
      ? `v${action.version?.join('.')}`
      : action.ref
  const why = isMoving
    ? 'nobody maintains that branch'
    : isNameless
      ? 'nothing says which release that commit is, and only newer ones exchange ID tokens'
      : isActionBelow(action, [1, 8])
        ? '1.8 is the first that can exchange ID tokens'
        : 'it is older than attestations (1.11)'
  if (edit === undefined) return
  yield {
    place: step.place,
    sentence: `gh-action-pypi-publish is raised from ${from}: ${why}.`,
    edits: [edit],
  }
}

/** A newer release in the style of the old one: an exact tag, a branch that follows its releases, a commit. */
function raisedEdit(source: SourceFile, uses: Tree, ref: string): Edit | undefined {
  const name = 'pypa/gh-action-pypi-publish'
  const written = (textOf(uses) ?? '').replace(/@.*$/, '')
  const pin = ACTION_PINS[name]
  if (pin === undefined || uses.span === undefined) return undefined
  if (!isCommit(ref)) {
    const tag = /^v?\d+\.\d+\.\d+$/.test(ref) ? pin.version : 'release/v1'
    return replaceText(source, uses, `${written}@${tag}`)
  }
  // The comment beside a commit names its version.
  const rest = /^[ \t]*(#[^\r\n]*)?/.exec(source.text.slice(uses.span.end))?.[0] ?? ''
  const { start, end } = uses.span
  return {
    file: source.file,
    start,
    end: end + rest.length,
    text: `${written}@${pin.sha} # ${pin.version}`,
  }
}
