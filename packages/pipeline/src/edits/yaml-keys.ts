import { entriesOf, isMap, type Tree } from '../yaml/tree.ts'
import { asMeant, type Value, valueOfLines } from './as-meant.ts'
import { type Edit, lineBreak, lineEnd, lineStart, type SourceFile } from './edit.ts'
import {
  insertion,
  isFlow,
  isWrittenIn,
  lastCharacter,
  ownSpan,
  removeFlowEntries,
  withBlankLine,
} from './written.ts'

/** A key of a map as it is written there. */
interface Entry {
  readonly name: string
  readonly value: Tree
  /** The offset of the key. */
  readonly key: number
}

/** The keys that a map has itself, as they stand. What `<<` merges in is written elsewhere. */
function entriesIn(map: Tree): readonly Entry[] {
  return entriesOf(map)
    .flatMap(([name, value]) => {
      const key = ownSpan(value)?.key
      return key === undefined || !isWrittenIn(map, value) ? [] : [{ name, value, key }]
    })
    .toSorted((a, b) => a.key - b.key)
}

/** The names of the keys that a map has itself, as they stand. */
export function keysIn(map: Tree): readonly string[] {
  return entriesIn(map).map(({ name }) => name)
}

/** Tells whether nothing of a map would be left. */
export function isEmptiedBy(map: Tree, keys: readonly string[]): boolean {
  return entriesOf(map).every(([name]) => keys.includes(name))
}

/**
 * Takes keys and their values out of a map, each with the comment on its last line. Undefined where the way it is
 * written does not allow that, and for a block that would be left without keys: the caller takes that out instead.
 */
export function removeKeys(
  source: SourceFile,
  map: Tree,
  keys: readonly string[],
): readonly Edit[] | undefined {
  const entries = entriesIn(map)
  const isGone = ({ name }: Entry): boolean => keys.includes(name)
  const isHere = keys.every((key) => entries.some(({ name }) => name === key))
  if (!isHere || map.span === undefined) return undefined
  const edits = isFlow(source, map)
    ? removeFlowKeys(source, map, keys)
    : removePairs(source, entries, isGone)
  const meant = (before: Value): Value | undefined => without(before, keys)
  const wide = edits?.map((edit) => withBlankLine(source, edit))
  return (
    (wide && asMeant(source, wide, map.span, meant)) ??
    (edits && asMeant(source, edits, map.span, meant))
  )
}

function without(before: Value, keys: readonly string[]): Value | undefined {
  if (!(before instanceof Map)) return undefined
  return new Map([...before].filter(([name]) => !keys.includes(name)))
}

function removeFlowKeys(
  source: SourceFile,
  map: Tree,
  keys: readonly string[],
): readonly Edit[] | undefined {
  const values = entriesOf(map)
  const gone = new Set(values.filter(([name]) => keys.includes(name)).map(([, value]) => value))
  return removeFlowEntries(
    source,
    values.map(([, value]) => value),
    (value) => gone.has(value),
  )
}

function removePairs(
  source: SourceFile,
  entries: readonly Entry[],
  isGone: (entry: Entry) => boolean,
): readonly Edit[] | undefined {
  const { file, text } = source
  const edits: Edit[] = []
  let at = 0
  const [first] = entries
  if (first !== undefined && isGone(first) && !beginsLine(text, first.key)) {
    at = entries.findIndex((entry) => !isGone(entry))
    const [last, next] = [entries[at - 1], entries[at]]
    if (last === undefined || next === undefined) return undefined
    edits.push(removeBehindDash(source, first.key, lastCharacter(source, last.value), next.key))
  }
  for (const { value, key } of entries.slice(at).filter(isGone)) {
    if (!beginsLine(text, key)) return undefined
    const [start, end] = [lineStart(text, key), lineEnd(text, lastCharacter(source, value))]
    edits.push({ file, start, end, text: '' })
  }
  return edits
}

function beginsLine(text: string, offset: number): boolean {
  return text.slice(lineStart(text, offset), offset).trim() === ''
}

/** The next key takes the place behind the dash; comments over that key move over the dash. */
function removeBehindDash(
  { file, text }: SourceFile,
  key: number,
  last: number,
  next: number,
): Edit {
  const start = lineStart(text, key)
  const prefix = text.slice(start, key)
  const indent = /^[ \t]*/.exec(prefix)?.[0] ?? ''
  const comments = text
    .slice(lineEnd(text, last), lineStart(text, next))
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (comments.length === 0) return { file, start: key, end: next, text: '' }
  const moved = comments.map((line) => indent + line + lineBreak(text)).join('')
  return { file, start, end: next, text: moved + prefix }
}

/** Takes everything out of a block map; its key stays and says nothing. Undefined for a map in braces. */
export function emptied(source: SourceFile, map: Tree): Edit | undefined {
  const { file, text } = source
  const [first] = entriesIn(map)
  if (first === undefined || map.span === undefined || isFlow(source, map)) return undefined
  if (!beginsLine(text, first.key)) return undefined
  const end = lineEnd(text, lastCharacter(source, map))
  const edit = { file, start: lineStart(text, first.key), end, text: '' }
  return asMeant(source, [edit], map.span, () => null)?.[0]
}

/** Where new keys go. */
export type Position = { readonly before: string } | { readonly after: string } | 'end'

/**
 * Puts keys into a map. `lines` are written as if the map stood at the left margin and two spaces were one level:
 * `['permissions:', '  contents: read']`; in a flow map each is one `key: value`.
 * Undefined for a block without keys, and where a key is there already.
 */
export function insertKeys(
  source: SourceFile,
  map: Tree,
  lines: readonly string[],
  position: Position = 'end',
): Edit | undefined {
  const added = valueOfLines(lines)
  const names = entriesOf(map).map(([name]) => name)
  if (!(added instanceof Map) || names.some((name) => added.has(name))) return undefined
  const edit = isFlow(source, map)
    ? insertFlowKeys(source, map, lines)
    : insertPairs(source, map, lines, position)
  if (edit === undefined || map.span === undefined) return undefined
  const meant = (before: Value): Value | undefined =>
    before instanceof Map ? new Map([...before, ...added]) : undefined
  return asMeant(source, [edit], map.span, meant)?.[0]
}

function insertPairs(
  source: SourceFile,
  map: Tree,
  lines: readonly string[],
  position: Position,
): Edit | undefined {
  const { file, text } = source
  const entries = entriesIn(map)
  const name = position === 'end' ? entries.at(-1)?.name : Object.values(position)[0]
  const neighbour = entries.find((entry) => entry.name === name)
  const [first] = entries
  if (neighbour === undefined || first === undefined) return undefined
  const indent = ' '.repeat(first.key - lineStart(text, first.key))
  const levels = inLevelsOf(source, map, lines)
  const before = position !== 'end' && 'before' in position
  // Behind the dash of a list item nothing can be put before the first key but beside it.
  if (before && !beginsLine(text, neighbour.key)) {
    const [head = '', ...rest] = levels
    const written = [head, ...rest.map((line) => indent + line), indent].join(lineBreak(text))
    return { file, start: neighbour.key, end: neighbour.key, text: written }
  }
  const offset = before
    ? lineStart(text, neighbour.key)
    : lineEnd(text, lastCharacter(source, neighbour.value))
  const written = levels.map((line) => indent + line)
  // What a blank line sets apart stays apart.
  const isApart = before && lineAbove(text, offset).trim() === '' && offset > 0
  return insertion(source, offset, isApart ? [...written, ''] : written)
}

function lineAbove(text: string, offset: number): string {
  return text.slice(lineStart(text, Math.max(0, offset - 1)), offset)
}

/** Lines with as many spaces for a level as a map beside them has, else the first level of the file. */
function inLevelsOf(source: SourceFile, map: Tree, lines: readonly string[]): readonly string[] {
  const { text } = source
  const level =
    levelIn(source, map) ?? /^[\w"'.-]+:[ \t]*(?:#.*)?\r?\n( +)[\w"'.]/m.exec(text)?.[1] ?? '  '
  return lines.map((line) =>
    line.replace(/^ +/, (spaces) => level.repeat(Math.floor(spaces.length / 2))),
  )
}

function levelIn(source: SourceFile, map: Tree): string | undefined {
  const columnOf = (offset: number): number => offset - lineStart(source.text, offset)
  const depths = entriesIn(map).map(({ key, value }) =>
    isMap(value) && !isFlow(source, value) && value.alias === undefined && isWrittenIn(map, value)
      ? columnOf(value.span?.start ?? key) - columnOf(key)
      : 0,
  )
  const depth = depths.find((spaces) => spaces > 0)
  return depth === undefined ? undefined : ' '.repeat(depth)
}

function insertFlowKeys(
  { file, text }: SourceFile,
  map: Tree,
  lines: readonly string[],
): Edit | undefined {
  const { span } = map
  if (span === undefined || lines.some((line) => /^\s|:$/.test(line))) return undefined
  const entries = entriesOf(map)
  const last = entries.at(-1)
  if (last === undefined) {
    if (text.slice(span.start + 1, span.end - 1).trim() !== '') return undefined
    return { file, start: span.start, end: span.end, text: `{ ${lines.join(', ')} }` }
  }
  const end = ownSpan(last[1])?.end
  if (end === undefined || !isWrittenIn(map, last[1])) return undefined
  return { file, start: end, end, text: lines.map((line) => `, ${line}`).join('') }
}
