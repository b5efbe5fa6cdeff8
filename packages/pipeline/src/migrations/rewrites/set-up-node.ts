import { type Edit, lineEnd, type SourceFile } from '../../edits/edit.ts'
import { replaceText } from '../../edits/yaml-edits.ts'
import type { Job } from '../../job.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import { child, itemsOf, textOf } from '../../yaml/tree.ts'
import { whyGenerated } from '../generated.ts'

/** The Node that is set up where the one at hand runs no npm that is new enough. */
export const NODE = '24'

/**
 * Node 24 for a job that sets up another: in the place of its number, or of the file that says it, which is for
 * developers as well. Undefined where it is written in another way.
 */
export function withNode24(upload: TrustedUpload, release: Release): Edit | undefined {
  const edit = editOfNode(upload, release)
  const source = edit && release.source(edit.file)
  // What a generator writes is not edited, and nothing may build on it.
  return source === undefined || whyGenerated(source) !== undefined ? undefined : edit
}

function editOfNode({ job, step: { node } }: TrustedUpload, release: Release): Edit | undefined {
  if (node?.from === 'setup') {
    const source = node.place && release.source(node.place.file)
    return (
      source &&
      node.place &&
      (replaceOnLine(source, node.place.line, node.written, NODE) ??
        inMatrix(job, node.written, source))
    )
  }
  if (node?.from !== 'file') return undefined
  const steps = job.steps.filter(({ action }) => action?.name === 'actions/setup-node')
  const named = steps.map(({ tree }) => child(tree, 'with', 'node-version-file'))
  const [file] = named
  const source = file && release.source(file.place.file)
  if (file?.span?.key === undefined || source === undefined || named.length !== 1) return undefined
  const { key, end } = file.span
  const written = source.text.slice(key, end)
  const isPlain = textOf(file) !== undefined && !/[\r\n]/.test(written)
  return isPlain ? { file: source.file, start: key, end, text: `node-version: ${NODE}` } : undefined
}

/** For the end of a sentence: which other jobs get the Node that an action of the repository sets up. */
export function alsoFor({ file }: Edit, { job }: TrustedUpload, { pipeline }: Release): string {
  const others = [...pipeline.jobs, ...pipeline.otherJobs].filter(
    (one) =>
      (one.id !== job.id || one.entry !== job.entry) &&
      one.steps.some(({ tree, inAction }) => inAction !== undefined && tree.place.file === file),
  )
  const names = [...new Set(others.map(({ id }) => `"${id}"`))]
  if (names.length === 0) return ''
  return ` ${file} sets it up for ${names.length > 3 ? `${names.length} other jobs` : names.join(', ')} too.`
}

/** A matrix that names one version of Node, and no other row. */
function inMatrix({ steps, source: { written } }: Job, node: string, source: SourceFile) {
  const matrix = child(written, 'strategy', 'matrix')
  const named = steps
    .filter(({ action }) => action?.name === 'actions/setup-node')
    .map(({ tree }) => textOf(child(tree, 'with', 'node-version')) ?? '')
  const axis = /^\$\{\{\s*matrix\.([\w-]+)\s*\}\}$/.exec(named[0] ?? '')?.[1]
  const [version, ...others] = itemsOf(child(matrix, axis ?? ''))
  const isAlone =
    named.length === 1 && others.length === 0 && child(matrix, 'include') === undefined
  return isAlone && version !== undefined && textOf(version) === node
    ? replaceText(source, version, NODE)
    : undefined
}

/** Puts a text in the place of another that stands once on a line. */
export function replaceOnLine(
  { file, text }: SourceFile,
  line: number,
  old: string,
  value: string,
): Edit | undefined {
  let start = 0
  for (let count = 1; count < line; count++) start = lineEnd(text, start)
  const content = text.slice(start, lineEnd(text, start))
  const at = content.lastIndexOf(old)
  if (at < 0 || content.indexOf(old) !== at) return undefined
  return { file, start: start + at, end: start + at + old.length, text: value }
}
