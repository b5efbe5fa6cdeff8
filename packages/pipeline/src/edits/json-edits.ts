import { type Edit, lineBreak, lineStart, type SourceFile } from './edit.ts'

/** A member of an object in a JSON text, by its offsets. */
interface Member {
  readonly name: string
  /** Of the opening quote of the name. */
  readonly start: number
  readonly valueStart: number
  /** Behind the last character of the value. */
  readonly end: number
}

/**
 * Gives a member of an object another value, or adds it behind one of others. `path` leads to the object: `[]` is the
 * document. Undefined if there is no such object, or if it is not JSON.
 * @param after names of members, the first that is there counts; the last member if none is
 */
export function setJsonMember(
  source: SourceFile,
  path: readonly string[],
  name: string,
  value: unknown,
  after: readonly string[] = [],
): Edit | undefined {
  const object = objectAt(source.text, path)
  if (object === undefined) return undefined
  const { file, text } = source
  const members = membersOf(text, object)
  if (members === undefined) return undefined
  const old = members.find((member) => member.name === name)
  const indent = indentOf(text, members)
  const written = indented(value, indent, text)
  if (old !== undefined) return { file, start: old.valueStart, end: old.end, text: written }
  const neighbour = after.flatMap((one) => members.find((member) => member.name === one) ?? [])[0]
  const at = neighbour ?? members.at(-1)
  const eol = lineBreak(text)
  if (at === undefined) {
    return { file, start: object + 1, end: object + 1, text: `${JSON.stringify(name)}: ${written}` }
  }
  const lead = indent === undefined ? ', ' : `,${eol}${indent}`
  return { file, start: at.end, end: at.end, text: `${lead}${JSON.stringify(name)}: ${written}` }
}

/** The text of a member as it is written, without quotes if it is a text. Undefined if it is not there. */
export function jsonTextAt(
  source: SourceFile,
  path: readonly string[],
  name: string,
): { readonly value: string; readonly start: number; readonly end: number } | undefined {
  const object = objectAt(source.text, path)
  const members = object === undefined ? undefined : membersOf(source.text, object)
  const found = members?.find((member) => member.name === name)
  if (found === undefined || source.text[found.valueStart] !== '"') return undefined
  const value: unknown = JSON.parse(source.text.slice(found.valueStart, found.end))
  return typeof value === 'string' ? { value, start: found.valueStart, end: found.end } : undefined
}

/** The offset of the `{` of an object. */
function objectAt(text: string, path: readonly string[]): number | undefined {
  try {
    JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
  let at = text.indexOf('{')
  for (const name of path) {
    const found = membersOf(text, at)?.find((member) => member.name === name)
    if (found === undefined || text[found.valueStart] !== '{') return undefined
    at = found.valueStart
  }
  return text[at] === '{' && (path.length > 0 || /^\uFEFF?\s*$/.test(text.slice(0, at)))
    ? at
    : undefined
}

/** The members of the object that begins at an offset. The text is known to be JSON. */
function membersOf(text: string, object: number): readonly Member[] | undefined {
  const members: Member[] = []
  let at = skipSpace(text, object + 1)
  while (text[at] === '"') {
    const start = at
    const nameEnd = stringEnd(text, at)
    const valueStart = skipSpace(text, skipSpace(text, nameEnd) + 1)
    const end = valueEnd(text, valueStart)
    members.push({ name: String(JSON.parse(text.slice(start, nameEnd))), start, valueStart, end })
    at = skipSpace(text, end)
    if (text[at] === ',') at = skipSpace(text, at + 1)
  }
  return text[at] === '}' ? members : undefined
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (/\s/.test(text[at] ?? '')) at++
  return at
}

function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at + 1
  }
  return text.length
}

function valueEnd(text: string, start: number): number {
  let depth = 0
  let at = start
  do {
    const char = text[at] ?? ''
    if (char === '"') {
      at = stringEnd(text, at)
      continue
    }
    if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') {
      if (depth === 0) break
      depth--
    } else if (depth === 0 && (char === ',' || /\s/.test(char))) break
    at++
  } while (at < text.length && (depth > 0 || !/[,\s}\]]/.test(text[at] ?? '')))
  return at
}

/** The indentation of members that begin lines; undefined where they stand side by side. */
function indentOf(text: string, members: readonly Member[]): string | undefined {
  const [first] = members
  if (first === undefined) return undefined
  const before = text.slice(lineStart(text, first.start), first.start)
  return before.trim() === '' ? before : undefined
}

function indented(value: unknown, indent: string | undefined, text: string): string {
  if (indent === undefined) return JSON.stringify(value)
  const unit = /^\t/.test(indent) ? '\t' : indent.length > 0 ? indent : '  '
  return JSON.stringify(value, null, unit)
    .split('\n')
    .join(`${lineBreak(text)}${indent}`)
}
