import { entriesOf, isList, isMap, itemsOf, type Tree, textOf } from '../yaml/tree.ts'
import { type Edit, lineBreak, lineEnd, lineStart, type SourceFile } from './edit.ts'

/**
 * Takes keys and their values out of a map, each with the comment on its last line. Undefined where the way it is
 * written does not allow that. A map that is left without keys is for the caller to take out instead.
 */
export function removeKeys(
  source: SourceFile,
  map: Tree,
  keys: readonly string[],
): readonly Edit[] | undefined {
  const entries = entriesOf(map)
  if (isFlow(source, map)) return removeFlowKeys(source, map, keys)
  const edits = keys.map((key) => {
    const at = entries.findIndex(([name]) => name === key)
    const [, value] = entries[at] ?? []
    return value && removePair(source, value, entries[at + 1]?.[1])
  })
  return edits.every((edit) => edit !== undefined) ? edits : undefined
}

/** Tells whether nothing of a map would be left. */
export function isEmptiedBy(map: Tree, keys: readonly string[]): boolean {
  return entriesOf(map).every(([name]) => keys.includes(name))
}

function removePair(source: SourceFile, value: Tree, next: Tree | undefined): Edit | undefined {
  const key = value.span?.key
  if (key === undefined) return undefined
  const { file, text } = source
  const start = lineStart(text, key)
  const end = lineEnd(text, lastCharacter(source, value))
  if (text.slice(start, key).trim() === '') return { file, start, end, text: '' }
  // Behind the dash of a list item: the next key takes its place.
  const following = next?.span?.key
  if (following === undefined || following < end) return undefined
  return { file, start: key, end: following, text: '' }
}

/** The last character that belongs to a value: collections end before the blank lines behind them. */
function lastCharacter({ text }: SourceFile, { span }: Tree): number {
  const from = span?.key ?? span?.start ?? 0
  let end = Math.max(span?.end ?? from, from + 1)
  while (end > from + 1 && /\s/.test(text[end - 1] ?? '')) end--
  return end - 1
}

/** `{ A: 1, B: 2 }` without B is `{ A: 1 }`. */
function removeFlowKeys(
  { file, text }: SourceFile,
  map: Tree,
  keys: readonly string[],
): readonly Edit[] | undefined {
  const { span } = map
  if (span === undefined) return undefined
  const kept = entriesOf(map).filter(([name]) => !keys.includes(name))
  const parts = kept.map(([, { span: of }]) => text.slice(of?.key ?? 0, of?.end ?? 0))
  if (kept.some(([, { span: of }]) => of?.key === undefined)) return undefined
  const padding = text[span.start + 1] === ' ' ? ' ' : ''
  return [
    { file, start: span.start, end: span.end, text: `{${padding}${parts.join(', ')}${padding}}` },
  ]
}

/** Where new keys go. */
export type Position = { readonly before: string } | { readonly after: string } | 'end'

/**
 * Puts keys into a map that has some. `lines` are written as if the map stood at the left margin:
 * `['permissions:', '  contents: read']`; in a flow map each is one `key: value`.
 * Undefined for an empty map.
 */
export function insertKeys(
  source: SourceFile,
  map: Tree,
  lines: readonly string[],
  position: Position = 'end',
): Edit | undefined {
  const { file, text } = source
  const entries = entriesOf(map)
  if (isFlow(source, map)) return insertFlowKeys(source, map, lines)
  const name = position === 'end' ? entries.at(-1)?.[0] : Object.values(position)[0]
  const neighbour = entries.find(([key]) => key === name)?.[1]
  const key = neighbour?.span?.key
  const first = entries.find(([, { span }]) => span?.key !== undefined)?.[1].span?.key
  if (neighbour === undefined || key === undefined || first === undefined) return undefined
  const indent = ' '.repeat(first - lineStart(text, first))
  const before = position !== 'end' && 'before' in position
  const ownLine = text.slice(lineStart(text, key), key).trim() === ''
  // Behind the dash of a list item nothing can be put before the first key but beside it.
  if (before && !ownLine) {
    const [head = '', ...rest] = lines
    const written = [head, ...rest.map((line) => indent + line), indent].join(lineBreak(text))
    return { file, start: key, end: key, text: written }
  }
  const offset = before ? lineStart(text, key) : lineEnd(text, lastCharacter(source, neighbour))
  return insertion(
    source,
    offset,
    lines.map((line) => indent + line),
  )
}

function insertFlowKeys(
  { file }: SourceFile,
  map: Tree,
  lines: readonly string[],
): Edit | undefined {
  const last = entriesOf(map).at(-1)?.[1].span?.end
  if (map.span === undefined || lines.some((line) => /^\s|:$/.test(line))) return undefined
  if (last === undefined) {
    return { file, start: map.span.start, end: map.span.end, text: `{ ${lines.join(', ')} }` }
  }
  return { file, start: last, end: last, text: lines.map((line) => `, ${line}`).join('') }
}

/** Whole lines at an offset that begins a line, or at the end of a text that may lack its last line break. */
function insertion({ file, text }: SourceFile, offset: number, lines: readonly string[]): Edit {
  const end = lineBreak(text)
  const open = offset > 0 && text[offset - 1] !== '\n'
  const written = lines.map((line) => (line.trim() === '' ? end : line + end)).join('')
  return open
    ? { file, start: offset, end: offset, text: end + written.slice(0, -end.length) }
    : { file, start: offset, end: offset, text: written }
}

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
  if (neighbour === undefined || isFlow(source, list)) return undefined
  const dash = dashOf(source, neighbour)
  if (dash === undefined) return undefined
  const { text } = source
  const indent = text.slice(lineStart(text, dash), dash)
  const offset =
    before === undefined
      ? lineEnd(text, lastCharacter(source, neighbour))
      : aboveComments(text, lineStart(text, dash), indent)
  return insertion(
    source,
    offset,
    lines.map((line) => indent + line),
  )
}

/** Takes an item out of a block list, with the comments that stand directly over it. */
export function removeItem(source: SourceFile, list: Tree, item: Tree): Edit | undefined {
  const dash = isFlow(source, list) ? undefined : dashOf(source, item)
  if (dash === undefined || itemsOf(list).length < 2) return undefined
  const { file, text } = source
  const start = lineStart(text, dash)
  const indent = text.slice(start, dash)
  const end = lineEnd(text, lastCharacter(source, item))
  return { file, start: aboveComments(text, start, indent), end, text: '' }
}

/** The offset of the `-` of a list item; undefined if it does not begin its line. */
function dashOf({ text }: SourceFile, { span }: Tree): number | undefined {
  if (span === undefined) return undefined
  const start = lineStart(text, span.start)
  const found = /^[ \t]*-[ \t]+/.exec(text.slice(start, span.start))
  return found === null || found[0].length !== span.start - start
    ? undefined
    : start + found[0].indexOf('-')
}

function aboveComments(text: string, start: number, indent: string): number {
  let offset = start
  for (;;) {
    const above = lineStart(text, offset - 1)
    if (offset === 0 || !text.slice(above, offset).startsWith(`${indent}#`)) return offset
    offset = above
  }
}

/** Puts another text in the place of a scalar, in the quotes that it has. */
export function replaceText(
  { file, text }: SourceFile,
  scalar: Tree,
  value: string,
): Edit | undefined {
  const { span } = scalar
  if (span === undefined || textOf(scalar) === undefined || scalar.block !== undefined)
    return undefined
  const quote = /^['"]/.exec(text.slice(span.start, span.end))?.[0] ?? ''
  return { file, start: span.start, end: span.end, text: quote + value + quote }
}

/** Puts another text in the place of a part of a scalar, of whatever style. Undefined unless it stands there once. */
export function replacePart(
  { file, text }: SourceFile,
  { span }: Tree,
  part: string,
  value: string,
): Edit | undefined {
  if (span === undefined || part === '') return undefined
  const start = text.indexOf(part, span.start)
  const again = text.indexOf(part, start + 1)
  const isOnce = start >= 0 && start + part.length <= span.end && (again < 0 || again >= span.end)
  return isOnce ? { file, start, end: start + part.length, text: value } : undefined
}

/** Takes the whole lines on which a part of a block scalar stands out. Undefined if anything else stands on them. */
export function removeLines(source: SourceFile, scalar: Tree, part: string): Edit | undefined {
  const found = scalar.block === undefined ? undefined : replacePart(source, scalar, part, '')
  if (found === undefined) return undefined
  const { text } = source
  const start = lineStart(text, found.start)
  const end = lineEnd(text, found.end - 1)
  const around = text.slice(start, found.start) + text.slice(found.end, end)
  return around.replace(/#.*/, '').trim() === '' ? { ...found, start, end } : undefined
}

/** Tells whether a collection is written `{ … }` or `[ … ]`. */
export function isFlow({ text }: SourceFile, tree: Tree): boolean {
  if (!isMap(tree) && !isList(tree)) return false
  return tree.span !== undefined && /[{[]/.test(text[tree.span.start] ?? '')
}
