import { posix } from 'node:path'
import { joinInside } from '../repository/files.ts'
import { matchesGlob } from '../repository/globs.ts'
import type { Manifests } from '../repository/manifests.ts'
import type { Command } from './shell.ts'
import type { ShellState } from './shell-state.ts'
import { expand, isOpen } from './variables.ts'

/** Commands of a script that run as often as something outside of them says. */
export interface Block {
  readonly body: readonly Command[]
  /** The index of the command that closes it. */
  readonly end: number
}

/** `for NAME in …; do …; done` that begins at a command. Undefined if it may leave some of it out: nobody knows what then. */
export function loopAt(
  commands: readonly Command[],
  at: number,
): (Block & { readonly variable: string; readonly list: readonly string[] }) | undefined {
  const [keyword, variable, of, ...list] = commands[at]?.words ?? []
  if (keyword !== 'for' || variable === undefined || of !== 'in') return undefined
  const block = blockAt(commands, at, 'done')
  if (block === undefined || block.body.some((one) => compares(one, variable))) return undefined
  return { ...block, variable, list }
}

const CONDITIONS = new Set(['[', '[[', 'test', 'case'])

/** `[ "$NAME" != … ]`: whether a version is published already, or a file there, is no matter. */
function compares({ words }: Command, variable: string): boolean {
  const [program = ''] = words
  if (!CONDITIONS.has(program)) return false
  const names = new RegExp(`^\\$(?:${variable}$|\\{${variable}\\b)`)
  return (
    words.some((word) => names.test(word)) &&
    (program === 'case' || words.some((word) => /^(?:[!=]?=|=~)$/.test(word)))
  )
}

/** The commands from one that opens them up to the one that closes them. */
export function blockAt(
  commands: readonly Command[],
  at: number,
  closing: string,
): Block | undefined {
  const { depth, scope } = commands[at] ?? { depth: 0, scope: [] }
  const end = commands.findIndex(
    (one, index) =>
      index > at &&
      one.words[0] === closing &&
      one.depth === depth + 1 &&
      one.scope.length === scope.length,
  )
  return end < 0 ? undefined : { body: commands.slice(at + 1, end), end }
}

/** Commands as they run at another place: in its subshell, and each time in subshells of their own. */
export function moved(
  body: readonly Command[],
  from: readonly number[],
  to: readonly number[],
  time: number,
): readonly Command[] {
  return body.map((command) => ({
    ...command,
    scope: [...to, ...command.scope.slice(from.length).map((id) => id + time * MANY)],
  }))
}

// More subshells than a script has.
const MANY = 1_000_000

/** What a loop goes through; undefined where only the run knows. */
export function itemsOf(
  list: readonly string[],
  { directory, variables }: Pick<ShellState, 'directory' | 'variables'>,
  manifests: Manifests,
): readonly string[] | undefined {
  const items: string[] = []
  for (const word of list) {
    const name = /^\$(?:(\w+)|\{(\w+)(?:\[[@*]\])?\})$/.exec(word)
    const value = name && variables.get(name[1] ?? name[2] ?? '')?.value
    const texts = name ? (value ?? '$').split(/\s+/) : inBraces(expand(word, variables))
    if (texts.some(isOpen)) return undefined
    for (const text of texts) {
      if (!/[*?[]/.test(text)) {
        items.push(text)
        continue
      }
      const found = directory === undefined ? [] : packagesIn(text, directory, manifests)
      // Files that a build makes are in no repository.
      if (found.length === 0) return undefined
      items.push(...found)
    }
  }
  return items.length === 0 ? undefined : items
}

/** `packages/{core,cli}`. */
function inBraces(word: string): readonly string[] {
  const [, before = '', inside = '', after = ''] =
    /^([^{}]*)\{([^{}]*,[^{}]*)\}([^{}]*)$/.exec(word) ?? []
  return inside === '' ? [word] : inside.split(',').map((one) => before + one + after)
}

/** The directories of packages that a glob finds, or their manifests. Scripts pass over what is private. */
function packagesIn(
  glob: string,
  directory: string,
  { npm, python }: Manifests,
): readonly string[] {
  const path = joinInside(directory, glob)
  if (path === undefined) return []
  const open = [...npm, ...python].filter((one) => !one.private)
  const found = open.flatMap((one) =>
    [one.directory, one.file].filter((at) => matchesGlob(at, path)),
  )
  return [...new Set(found)].map((one) => posix.relative(directory, one) || '.')
}
