import type { Edit, SourceFile } from '../../edits/edit.ts'
import { replaceText } from '../../edits/yaml-edits.ts'
import { isActionBelow, isCommit } from '../../github/action-use.ts'
import { whyNever } from '../../github/actions.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import { isCertainlyBelow, rangeOf } from '../../steps/tool-version.ts'
import { child, type Tree, textOf } from '../../yaml/tree.ts'
import { pinsActions, usesFor } from '../action-pins.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { knownUploads } from './known.ts'
import { NOTHING, sinceTwo } from './npm-publish-two.ts'

/** Since when an action can do without a token, and the tag that follows its newest release of that line. */
const SINCE: Readonly<
  Record<string, { readonly floor: readonly [number, number]; readonly tag: string }>
> = {
  'js-devtools/npm-publish': { floor: [4, 0], tag: 'v4' },
  // Before, it wrote the text "undefined" where a token belongs.
  'changesets/action': { floor: [1, 7], tag: 'v1' },
  // Brings semantic-release 25, and runs on a Node that is new enough for it.
  'cycjimmy/semantic-release-action': { floor: [6, 0], tag: 'v6' },
}

/** Actions that publish to npm, in a release that can exchange ID tokens. */
export const npmActions: Rewrite = {
  id: 'npm-actions',
  title: 'Raises actions that publish to npm to a release that needs no token.',
  *rewrite(release) {
    for (const upload of knownUploads(release)) {
      const name = upload.step.action?.name ?? ''
      if (Object.hasOwn(SINCE, name)) yield* raised(upload, name, release)
      const never = upload.step.action && whyNever(upload.step.action)
      if (never !== undefined && upload.step.ecosystem === 'npm')
        yield { place: upload.step.place, sentence: `It keeps its token: ${never}` }
      if (name.endsWith('/semantic-release-action')) yield* newSemanticRelease(upload, release)
    }
  },
}

function* raised(upload: TrustedUpload, name: string, release: Release): Iterable<Outcome> {
  const { step, job } = upload
  const { floor, tag } = SINCE[name] ?? { floor: [0, 0], tag: '' }
  const { action, place } = step
  const source = release.source(place.file)
  const uses = child(step.within, 'uses')
  if (action === undefined || source === undefined || uses === undefined) return
  const written = (textOf(uses) ?? '').replace(/@.*$/, '')
  // A commit that nothing names the release of may be as old as it likes.
  const isNameless =
    isCommit(action.ref) && action.version === undefined && step.storedSecrets.length > 0
  if (!isNameless && !isActionBelow(action, floor)) {
    // The commit of a release that came after this table is not known here.
    if (action.ref === tag && pinsActions(job.source.workflow)) {
      const sentence = `${written} is named by the tag ${tag}, and this workflow names its actions by commit: write the commit of its newest release there.`
      yield { place, sentence }
    }
    return
  }
  const raisedTo = usesFor(name, tag, job.source.workflow).replace(name, written)
  const edit = isCommit(action.ref)
    ? withoutComment(source, uses, raisedTo)
    : replaceText(source, uses, raisedTo)
  if (edit === undefined) return
  const along =
    name === 'js-devtools/npm-publish' && isActionBelow(action, [2])
      ? sinceTwo(upload, source, release)
      : NOTHING
  const why = isNameless
    ? 'nothing says which release that commit is, and only newer ones need no token'
    : 'it needs no token'
  const from = isCommit(action.ref) ? action.ref.slice(0, 7) : action.ref
  const sentence = `${written}@${tag} in the place of ${from}: ${[why, ...along.reasons].join('; ')}.`
  yield { place, sentence, edits: [edit, ...along.edits] }
}

/** The comment beside a commit names its version, and goes with it. */
function withoutComment(
  { file, text }: SourceFile,
  { span }: Tree,
  uses: string,
): Edit | undefined {
  if (span === undefined) return undefined
  const comment = /^[ \t]+#[^\r\n]*/.exec(text.slice(span.end))?.[0] ?? ''
  return { file, start: span.start, end: span.end + comment.length, text: uses }
}

/** The action runs any semantic-release that it is told to; 25 is the first that can. */
function* newSemanticRelease({ step }: TrustedUpload, release: Release): Iterable<Outcome> {
  const source = release.source(step.place.file)
  const inputs = child(step.within, 'with')
  const version = child(inputs, 'semantic_version') ?? child(inputs, 'semantic-version')
  const written = textOf(version) ?? ''
  if (version === undefined || !isCertainlyBelow({ range: rangeOf(written) }, '25.0.0')) return
  const edit = source && replaceText(source, version, '25')
  if (edit === undefined) return
  yield {
    place: version.place,
    sentence: `semantic-release 25 in the place of ${written}: it is the first that can exchange ID tokens.`,
    edits: [edit],
  }
}
