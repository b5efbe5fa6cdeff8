import { type Edit, lineEnd, type SourceFile } from '../../edits/edit.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import { child, textOf } from '../../yaml/tree.ts'

/** The Node that is set up where the one at hand runs no npm that is new enough. */
export const NODE = '24'

/**
 * Node 24 for a job that sets up another: in the place of its number, or of the file that says it, which is for
 * developers as well. Undefined where it is written in another way.
 */
export function withNode24(
  { job, step: { node } }: TrustedUpload,
  release: Release,
): Edit | undefined {
  if (node?.from === 'setup') {
    const source = node.place && release.source(node.place.file)
    return source && node.place && replaceOnLine(source, node.place.line, node.written, NODE)
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
