import { type Tree, textOf } from '../yaml/tree.ts'
import { asMeant, type Value } from './as-meant.ts'
import { type Edit, lineBreak, lineEnd, lineStart, type SourceFile } from './edit.ts'
import { lastCharacter } from './written.ts'

/** Puts another text in the place of a scalar, in the quotes that it has, or in quotes if it cannot do without. */
export function replaceText(source: SourceFile, scalar: Tree, value: string): Edit | undefined {
  const { file, text } = source
  const { span } = scalar
  if (span === undefined || textOf(scalar) === undefined) return undefined
  const written = text.slice(span.start, span.end)
  if (/^[|>]/.test(written)) return undefined
  for (const form of formsOf(value, written[0])) {
    const edit = { file, start: span.start, end: span.end, text: form }
    if (asMeant(source, [edit], span, () => value) !== undefined) return edit
  }
  return undefined
}

function formsOf(value: string, quote: string | undefined): readonly string[] {
  if (quote === "'") return [`'${value.replaceAll("'", "''")}'`]
  return quote === '"' ? [JSON.stringify(value)] : [value, JSON.stringify(value)]
}

/** One line in the place of a block (`|`, `>`) that says nothing else, or of a text that goes on over several lines. */
export function replaceScript(source: SourceFile, scalar: Tree, line: string): Edit | undefined {
  const { file } = source
  const { span } = scalar
  if (span === undefined || textOf(scalar) === undefined) return undefined
  const end = lastCharacter(source, scalar) + 1
  for (const form of formsOf(line, undefined)) {
    const edit = { file, start: span.start, end, text: form }
    if (asMeant(source, [edit], span, () => line) !== undefined) return edit
  }
  return undefined
}

/** Puts another text in the place of a part of a scalar, of whatever style. Undefined unless it stands there once. */
export function replacePart(
  source: SourceFile,
  scalar: Tree,
  part: string,
  value: string,
): Edit | undefined {
  const { span } = scalar
  const found = partOf(source, scalar, part)
  if (found === undefined || span === undefined) return undefined
  const { file, text } = source
  const start = lineStart(text, found.start)
  const indent = /^[ \t]*/.exec(text.slice(start, found.start))?.[0] ?? ''
  const lines = value.replaceAll('\n', lineBreak(text) + indent)
  const edit = { file, ...found, text: lines }
  const meant = (before: Value): Value | undefined =>
    typeof before === 'string' && before.includes(part)
      ? before.replace(part, () => value)
      : undefined
  return asMeant(source, [edit], span, meant)?.[0]
}

/**
 * Where a part of a scalar stands in the text of the file, in which each of its lines is indented.
 * @param which of several it is, from 0; without it the part must stand there once
 */
function partOf(
  { text }: SourceFile,
  { span }: Tree,
  part: string,
  which?: number,
): { readonly start: number; readonly end: number } | undefined {
  if (span === undefined || part === '') return undefined
  const lines = part.split('\n').map((line) => line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const pattern = new RegExp(`(?=(${lines.join('\\r?\\n[ \\t]*')}))`, 'g')
  const all = [...text.slice(span.start, span.end).matchAll(pattern)]
  const found = which === undefined && all.length > 1 ? undefined : all[which ?? 0]
  if (found === undefined) return undefined
  const start = span.start + found.index
  return { start, end: start + (found[1]?.length ?? 0) }
}

/**
 * Takes the whole lines on which a part of a literal block stands out. Undefined if anything else stands on them, or
 * if nothing would be left.
 * @param which of several parts it is, from 0; without it the part must stand there once
 */
export function removeLines(
  source: SourceFile,
  scalar: Tree,
  part: string,
  which?: number,
): Edit | undefined {
  const { span, block } = scalar
  const found = block === undefined ? undefined : partOf(source, scalar, part, which)
  if (found === undefined || span === undefined) return undefined
  const { file, text } = source
  const lines = [lineStart(text, found.start), lineEnd(text, found.end - 1)] as const
  const around = text.slice(lines[0], found.start) + text.slice(found.end, lines[1])
  if (around.replace(/#.*/, '').trim() !== '') return undefined
  const first = lineEnd(text, span.start)
  const [start, end] = withBlankLines(text, lines, first, span.end)
  const from = linesIn(text.slice(first, start))
  const count = linesIn(text.slice(start, end))
  const meant = (before: Value): Value | undefined => {
    if (typeof before !== 'string') return undefined
    const kept = before.split('\n')
    kept.splice(from, count)
    return kept.some((line) => line.trim() !== '') ? kept.join('\n') : undefined
  }
  return asMeant(source, [{ file, start, end, text: '' }], span, meant)?.[0]
}

/** Blank lines above go as well where others follow, or nothing does: they parted what is gone from the rest. */
function withBlankLines(
  text: string,
  [start, end]: readonly [number, number],
  first: number,
  last: number,
): readonly [number, number] {
  const rest = text.slice(end, Math.max(end, last))
  if (rest.trim() !== '' && !/^[ \t]*\r?\n/.test(rest)) return [start, end]
  const blank = /(?:^|\n)((?:[ \t]*\r?\n)+)$/.exec(text.slice(first, start))?.[1] ?? ''
  return [start - blank.length, end]
}

function linesIn(text: string): number {
  return text.split('\n').length - 1 + (text === '' || text.endsWith('\n') ? 0 : 1)
}
