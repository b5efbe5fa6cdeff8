import { insertKeys, replaceText } from '../../edits/yaml-edits.ts'
import { isActionBelow, isCommit } from '../../github/action-use.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'
import { child, isMap, textOf } from '../../yaml/tree.ts'
import type { Outcome, Rewrite } from '../migration.ts'

/** Since when an action can do without a token, and the tag that follows its newest release of that line. */
const SINCE: Readonly<
  Record<string, { readonly floor: readonly [number, number]; readonly tag: string }>
> = {
  'js-devtools/npm-publish': { floor: [4, 0], tag: 'v4' },
  // Before, it wrote the text "undefined" where a token belongs.
  'changesets/action': { floor: [1, 8], tag: 'v1' },
}

/** Actions that publish to npm, in a release that can exchange ID tokens. */
export const npmActions: Rewrite = {
  id: 'npm-actions',
  title: 'Raises actions that publish to npm to a release that needs no token.',
  *rewrite(release) {
    for (const upload of uploadsOf(release)) {
      const name = upload.step.action?.name ?? ''
      if (Object.hasOwn(SINCE, name)) yield* raised(upload, name, release)
      if (name === 'cycjimmy/semantic-release-action') yield* newSemanticRelease(upload, release)
    }
  },
}

function* raised({ step }: TrustedUpload, name: string, release: Release): Iterable<Outcome> {
  const { floor, tag } = SINCE[name] ?? { floor: [0, 0], tag: '' }
  const { action } = step
  const source = release.source(step.place.file)
  const uses = child(step.within, 'uses')
  if (
    action === undefined ||
    source === undefined ||
    uses === undefined ||
    !isActionBelow(action, floor)
  )
    return
  const written = (textOf(uses) ?? '').replace(/@.*$/, '')
  if (isCommit(action.ref)) {
    yield {
      place: step.place,
      sentence: `${written} is pinned to ${action.version?.join('.')}, which wants a token: pin the commit of ${tag}'s newest release.`,
    }
    return
  }
  const edit = replaceText(source, uses, `${written}@${tag}`)
  if (edit === undefined) return
  yield {
    place: step.place,
    sentence: `${written}@${tag} in the place of ${action.ref}: it needs no token.`,
    edits: [edit],
  }
}

/** The action takes any semantic-release; 25 is the first that can. */
function* newSemanticRelease({ step }: TrustedUpload, release: Release): Iterable<Outcome> {
  const source = release.source(step.place.file)
  if (source === undefined || step.incapable === undefined) return
  const inputs = child(step.within, 'with')
  const version = child(inputs, 'semantic_version')
  const edit =
    version !== undefined
      ? replaceText(source, version, '25')
      : isMap(inputs)
        ? insertKeys(source, inputs, ['semantic_version: 25'])
        : insertKeys(source, step.within, ['with:', '  semantic_version: 25'], { after: 'uses' })
  if (edit === undefined) return
  yield {
    place: step.place,
    sentence: 'The action runs semantic-release 25, the first that can exchange ID tokens.',
    edits: [edit],
  }
}
