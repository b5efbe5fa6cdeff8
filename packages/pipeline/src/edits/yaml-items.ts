import { itemsOf, type Tree } from '../yaml/tree.ts'
import { asMeant, type Value, valueOfLines } from './as-meant.ts'
import { type Edit, lineEnd, lineStart, type SourceFile } from './edit.ts'
import {
  insertion,
  isFlow,
  lastCharacter,
  ownSpan,
  removeFlowEntries,
  withBlankLine,
} from './written.ts'

/**
 * Puts an item into a block list before another, above the comments that stand over that one; at the end without one.
 * `lines` are written as if the list stood at the left margin: `['- run: npm ci']`. Undefined for a flow list.
 */
export function insertItem(
  source: SourceFile,
  list: Tree,
  lines: readonly string[],
  before?: Tree,
): Edit | undefined {
  const items = itemsOf(list)
  const neighbour = before ?? items.at(-1)
  const at = before === undefined ? items.length : indexOf(items, before)
  const added = valueOfLines(lines)
  if (neighbour === undefined || at < 0 || isFlow(source, list)) return undefined
  const dash = dashOf(source, neighbour)
  if (dash === undefined || list.span === undefined || !isList(added)) return undefined
  const { text } = source
  const indent = text.slice(lineStart(text, dash), dash)
  const offset =
    before === undefined
      ? lineEnd(text, lastCharacter(source, neighbour))
      : aboveComments(text, lineStart(text, dash), indent)
  const apart = isApart(source, items) ? [''] : []
  const written = before === undefined ? [...apart, ...lines] : [...lines, ...apart]
  const edit = insertion(
    source,
    offset,
    written.map((line) => (line === '' ? line : indent + line)),
  )
  const meant = (old: Value): Value | undefined =>
    isList(old) ? [...old.slice(0, at), ...added, ...old.slice(at)] : undefined
  return asMeant(source, [edit], list.span, meant)?.[0]
}

/** Takes an item out of a list, with the comments that stand directly over it. Undefined if it is the only one. */
export function removeItem(source: SourceFile, list: Tree, item: Tree): Edit | undefined {
  const items = itemsOf(list)
  const at = indexOf(items, item)
  if (at < 0 || items.length < 2 || list.span === undefined) return undefined
  const edit = isFlow(source, list)
    ? removeFlowEntries(source, items, (one) => one === items[at])?.[0]
    : removeBlockItem(source, item)
  const meant = (old: Value): Value | undefined =>
    isList(old) ? old.filter((_, index) => index !== at) : undefined
  if (edit === undefined) return undefined
  const [found] =
    asMeant(source, [withBlankLine(source, edit)], list.span, meant) ??
    asMeant(source, [edit], list.span, meant) ??
    []
  return found
}

function removeBlockItem(source: SourceFile, item: Tree): Edit | undefined {
  const dash = dashOf(source, item)
  if (dash === undefined) return undefined
  const { file, text } = source
  const start = lineStart(text, dash)
  const indent = text.slice(start, dash)
  const end = lineEnd(text, lastCharacter(source, item))
  return { file, start: aboveComments(text, start, indent), end, text: '' }
}

function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value)
}

/** Where an item is in a list, by what it is or, if it was read apart from the list, by where it stands. */
function indexOf(items: readonly Tree[], item: Tree): number {
  const at = items.indexOf(item)
  if (at >= 0) return at
  const span = ownSpan(item)
  return items.findIndex(
    (one) =>
      span !== undefined &&
      one.place.file === item.place.file &&
      ownSpan(one)?.start === span.start &&
      ownSpan(one)?.end === span.end,
  )
}

/** The offset of the `-` of a list item; undefined if it does not begin its line. */
function dashOf({ text }: SourceFile, item: Tree): number | undefined {
  const span = ownSpan(item)
  if (span === undefined) return undefined
  const start = lineStart(text, span.start)
  // An anchor or a tag may stand between the dash and the value.
  const found = /^([ \t]*)-[ \t]+(?:[&!]\S*[ \t]+)*$/.exec(text.slice(start, span.start))
  return found === null ? undefined : start + (found[1]?.length ?? 0)
}

/** Tells whether a blank line stands between all items of a list. */
function isApart({ text }: SourceFile, items: readonly Tree[]): boolean {
  const spans = items.flatMap((item) => ownSpan(item) ?? [])
  return (
    spans.length > 1 &&
    spans.every(({ start }, at) => {
      const previous = spans[at - 1]
      // A block may end behind the blank lines after it.
      const from = previous && text.slice(previous.start, previous.end).trimEnd().length
      return (
        previous === undefined ||
        /\n[ \t]*\r?\n/.test(text.slice(previous.start + (from ?? 0), start))
      )
    })
  )
}

function aboveComments(text: string, start: number, indent: string): number {
  let offset = start
  while (offset > 0) {
    const above = lineStart(text, offset - 1)
    if (!text.slice(above, offset).startsWith(`${indent}#`)) break
    offset = above
  }
  return offset
}
