import { isList, isMap, type Span, type Tree } from '../yaml/tree.ts'
import { type Edit, lineBreak, lineEnd, lineStart, type SourceFile } from './edit.ts'

/** Where a value stands itself: an alias does not stand where its anchor does. */
export function ownSpan({ alias, span }: Tree): Span | undefined {
  return alias ?? span
}

/** Tells whether a value is written in a collection, and not brought in by a merge or from another file. */
export function isWrittenIn(map: Tree, value: Tree): boolean {
  const at = ownSpan(value)
  const within = map.span
  return (
    at !== undefined &&
    within !== undefined &&
    map.place.file === value.place.file &&
    (at.key ?? at.start) >= within.start &&
    at.end <= within.end
  )
}

/** The last character that belongs to a value: collections end before the blank lines behind them. */
export function lastCharacter({ text }: SourceFile, value: Tree): number {
  const span = ownSpan(value)
  const from = span?.key ?? span?.start ?? 0
  let end = Math.max(span?.end ?? from, from + 1)
  while (end > from + 1 && /\s/.test(text[end - 1] ?? '')) end--
  return end - 1
}

/** Whole lines at an offset that begins a line, or at the end of a text that may lack its last line break. */
export function insertion(
  { file, text }: SourceFile,
  offset: number,
  lines: readonly string[],
): Edit {
  const end = lineBreak(text)
  const open = offset > 0 && text[offset - 1] !== '\n'
  const written = lines.map((line) => (line.trim() === '' ? end : line + end)).join('')
  return open
    ? { file, start: offset, end: offset, text: end + written.slice(0, -end.length) }
    : { file, start: offset, end: offset, text: written }
}

/**
 * The removal of whole lines with one of the blank lines around them, where they stand between two: these parted what
 * is gone from the rest. The same removal otherwise.
 */
export function withBlankLine({ text }: SourceFile, edit: Edit): Edit {
  const above = text.slice(lineStart(text, Math.max(0, edit.start - 1)), edit.start)
  const below = text.slice(edit.end, lineEnd(text, edit.end))
  const isBetween =
    edit.start > 0 && edit.end < text.length && above.trim() === '' && below.trim() === ''
  return isBetween ? { ...edit, end: edit.end + below.length } : edit
}

/** Tells whether a collection is written `{ … }` or `[ … ]`. */
export function isFlow({ text }: SourceFile, tree: Tree): boolean {
  if (!isMap(tree) && !isList(tree)) return false
  return tree.span !== undefined && /[{[]/.test(text[tree.span.start] ?? '')
}

/** Takes some of the entries of a flow collection out, each with one of the commas beside it. */
export function removeFlowEntries(
  { file, text }: SourceFile,
  entries: readonly Tree[],
  isGone: (entry: Tree) => boolean,
): readonly Edit[] | undefined {
  const spans = entries.map(ownSpan)
  const edits: Edit[] = []
  for (const [at, entry] of entries.entries()) {
    if (!isGone(entry)) continue
    const [own, next] = [spans[at], spans[at + 1]]
    if (own === undefined) return undefined
    const start = own.key ?? own.start
    const keptBefore = entries.slice(0, at).findLastIndex((one) => !isGone(one))
    const isTail = entries.slice(at).every(isGone)
    if (next !== undefined && !isTail) {
      edits.push({ file, start, end: next.key ?? next.start, text: '' })
      continue
    }
    // Nothing that stays follows: the comma before goes instead, unless a comment stands between.
    const from = spans[keptBefore]?.end
    const end = spans.at(-1)?.end
    if (end === undefined) return undefined
    const isPlain = from !== undefined && !text.slice(from, start).includes('#')
    const comma = isPlain ? 0 : (/^\s*,/.exec(text.slice(end))?.[0].length ?? 0)
    edits.push({ file, start: isPlain ? from : start, end: end + comma, text: '' })
    break
  }
  return edits
}
