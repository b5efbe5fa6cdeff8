import type { Edit, SourceFile } from '../../edits/edit.ts'
import { insertItem, insertKeys, removeKeys, replaceText } from '../../edits/yaml-edits.ts'
import { isActionBelow, isCommit } from '../../github/action-use.ts'
import { isExpression } from '../../github/expressions.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'
import { child, entriesOf, itemsOf, textOf } from '../../yaml/tree.ts'
import { ACTION_PINS, usesFor } from '../action-pins.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { actionLines, replaceItem } from './python-client.ts'

/** Actions that upload to PyPI: those without trusted publishing replaced, old releases of the right one raised. */
export const pythonActions: Rewrite = {
  id: 'python-actions',
  title:
    'Raises gh-action-pypi-publish to a release with trusted publishing and attestations, and replaces actions that have none.',
  *rewrite(release) {
    for (const upload of uploadsOf(release)) {
      const name = upload.step.action?.name
      if (name === 'pypa/gh-action-pypi-publish') yield* raised(upload, release)
      else if (name !== undefined && name in WRAPPERS) yield* unwrapped(upload, name, release)
      else if (upload.step.client === 'python-semantic-release') yield* followed(upload, release)
    }
  },
}

function* raised({ job, step }: TrustedUpload, release: Release): Iterable<Outcome> {
  const { action } = step
  const source = release.source(step.place.file)
  const uses = child(step.within, 'uses')
  if (action === undefined || source === undefined || uses === undefined) return
  const isMoving = /^(?:master|main)$/.test(action.ref)
  // A commit that nothing names the release of may be as old as it likes.
  const isNameless =
    isCommit(action.ref) && action.version === undefined && step.storedSecrets.length > 0
  if (!isMoving && !isNameless && !isActionBelow(action, [1, 11])) return
  const edit = raisedEdit(source, uses, action.ref, job.source.workflow)
  const from = isNameless
    ? action.ref.slice(0, 7)
    : isCommit(action.ref)
      ? `v${action.version?.join('.')}`
      : action.ref
  const why = isMoving
    ? 'nobody maintains that branch'
    : isNameless
      ? 'nothing says which release that commit is, and only newer ones exchange ID tokens'
      : 'it is older than attestations (1.11)'
  if (edit === undefined) return
  yield {
    place: step.place,
    sentence: `gh-action-pypi-publish is raised from ${from}: ${why}.`,
    edits: [edit],
  }
}

function raisedEdit(
  source: SourceFile,
  uses: Parameters<typeof replaceText>[1],
  ref: string,
  workflow: Parameters<typeof usesFor>[2],
): Edit | undefined {
  const name = 'pypa/gh-action-pypi-publish'
  const written = (textOf(uses) ?? '').replace(/@.*$/, '')
  if (!isCommit(ref)) {
    const raised = usesFor(name, 'release/v1', workflow).replace(name, written).replace(/ #.*$/, '')
    return replaceText(source, uses, raised)
  }
  const pin = ACTION_PINS[name]
  if (pin === undefined || uses.span === undefined) return undefined
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

/** Wrappers of twine and poetry, with the command that makes what they upload. */
const WRAPPERS: Readonly<
  Record<string, (inputs: ReadonlyMap<string, string>) => string | undefined>
> = {
  'casperdcl/deploy-pypi': (inputs) =>
    ['build', 'pip', 'requirements'].some((name) => (inputs.get(name) ?? 'false') !== 'false')
      ? 'pipx run build'
      : undefined,
  'jrubics/poetry-publish': () => 'pipx run poetry build',
}

function* unwrapped(
  { job, step }: TrustedUpload,
  name: string,
  release: Release,
): Iterable<Outcome> {
  const source = release.source(step.place.file)
  const list = child(job.source.written, 'steps')
  const inputs = new Map(
    entriesOf(child(step.within, 'with')).map(([key, value]) => [key, textOf(value) ?? '']),
  )
  const build = WRAPPERS[name]?.(inputs)
  const uploads = inputs.get('upload') ?? ''
  const condition = textOf(child(step.within, 'if'))
  const skips = inputs.get('skip_existing') === 'true' ? '--skip-existing' : ''
  const lines = [
    ...(build === undefined ? [] : [`- run: ${build}`]),
    ...(build === undefined || condition === undefined ? [] : [`  if: ${condition}`]),
    ...actionLines(
      { ...step, args: [], text: skips },
      job.source.workflow,
      // Its input for whether to upload at all.
      isExpression(uploads) ? uploads : condition,
    ),
  ]
  const edits = source && list && replaceItem(source, list, step.within, lines)
  if (edits === undefined) {
    yield {
      place: step.place,
      sentence: `Replace ${name} by hand: it cannot exchange ID tokens; pypa/gh-action-pypi-publish can.`,
    }
    return
  }
  yield {
    place: step.place,
    sentence: `pypa/gh-action-pypi-publish in the place of ${name}, which cannot exchange ID tokens.`,
    edits,
  }
}

/** python-semantic-release before version 8 uploads itself; the action does that in a step after it. */
function* followed({ job, step }: TrustedUpload, release: Release): Iterable<Outcome> {
  const source = release.source(step.place.file)
  const list = child(job.source.written, 'steps')
  const inputs = child(step.within, 'with')
  if (
    source === undefined ||
    list === undefined ||
    inputs === undefined ||
    step.action === undefined
  ) {
    yield {
      place: step.place,
      sentence: `\`${step.text}\` uploads with a token. Let it only make the release (\`upload_to_pypi = false\`), and upload with pypa/gh-action-pypi-publish.`,
    }
    return
  }
  const gone = entriesOf(inputs)
    .map(([name]) => name)
    .filter((name) => /^(?:pypi_token|repository_(?:username|password|url))$/.test(name))
  const id = textOf(child(step.within, 'id'))
  const next = itemsOf(list)[itemsOf(list).indexOf(step.within) + 1]
  const condition = `steps.${id ?? 'release'}.outputs.released == 'true'`
  const lines = actionLines({ ...step, args: [] }, job.source.workflow, condition)
  const removed = removeKeys(source, inputs, gone)
  const named =
    id === undefined
      ? insertKeys(source, step.within, ['id: release'], { before: 'uses' })
      : undefined
  const added = insertItem(source, list, lines, next)
  if (removed === undefined || added === undefined || (id === undefined && named === undefined)) {
    yield {
      place: step.place,
      sentence:
        'Upload with pypa/gh-action-pypi-publish after python-semantic-release, by hand: the step is written in a way that is not edited here.',
    }
    return
  }
  yield {
    place: step.place,
    sentence:
      'python-semantic-release makes the release, and pypa/gh-action-pypi-publish uploads it. Set `upload_to_pypi = false` in its configuration.',
    edits: [...removed, ...(named === undefined ? [] : [named]), added],
  }
}
