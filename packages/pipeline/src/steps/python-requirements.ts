import { posix } from 'node:path'
import { parse } from 'smol-toml'
import type { ReadText } from '../repository/files.ts'
import { isRecord } from '../repository/json-fields.ts'

/** A requirement as it is written, with the file and the line where that is not the command itself. */
export interface Requirement {
  readonly text: string
  readonly file?: string
  readonly line?: number
}

// Files of requirements name others; nobody goes deeper.
const MAX_FILES = 3

/** What `pip install …` asks for: by name, in a file (`-r requirements.txt`), as an extra of the project (`.[release]`). */
export function requirementsOf(
  words: readonly string[],
  directory: string,
  read: ReadText,
): readonly Requirement[] {
  return words.flatMap((word, at) => {
    const flag = /^(?:-r|--requirement=?)(.*)$/.exec(word)
    if (flag !== null) {
      const file = flag[1] || words[at + 1]
      return file === undefined ? [] : ofFile(posix.join(directory, file), read, MAX_FILES)
    }
    if (/^(?:-r|--requirement)$/.test(words[at - 1] ?? '') || word.startsWith('-')) return []
    const extras = /^\.\/?\[([\w.,\s-]+)\]$/.exec(word)?.[1]
    return extras === undefined ? [{ text: word }] : ofExtras(extras.split(','), directory, read)
  })
}

/** pip, "Requirements File Format". */
function ofFile(file: string, read: ReadText, left: number): readonly Requirement[] {
  if (left === 0) return []
  return (read(file) ?? '').split('\n').flatMap((line, at): readonly Requirement[] => {
    const text = line.replace(/(?:^|\s)#.*/, '').trim()
    const other = /^(?:-r|--requirement)[ =]*(\S+)$/.exec(text)?.[1]
    if (other !== undefined) return ofFile(posix.join(posix.dirname(file), other), read, left - 1)
    return /^[a-z]/i.test(text)
      ? [{ text: text.replace(/\s*(?:;|--|\\).*/, ''), file, line: at + 1 }]
      : []
  })
}

/** PEP 621: `[project.optional-dependencies]`. */
function ofExtras(
  names: readonly string[],
  directory: string,
  read: ReadText,
): readonly Requirement[] {
  const file = posix.join(directory, 'pyproject.toml')
  const text = read(file) ?? ''
  const extras = optionalIn(text)
  return names.flatMap((name) => {
    const found = isRecord(extras) ? extras[name.trim()] : undefined
    const written = Array.isArray(found) ? found.filter((one) => typeof one === 'string') : []
    return written.map((one) => ({ text: one, file, line: lineOf(one, text) }))
  })
}

function optionalIn(text: string): unknown {
  try {
    const { project } = parse(text)
    return isRecord(project) ? project['optional-dependencies'] : undefined
  } catch {
    // What is wrong with a manifest is told where manifests are read.
    return undefined
  }
}

function lineOf(part: string, text: string): number {
  return text.slice(0, Math.max(0, text.indexOf(part))).split('\n').length
}
