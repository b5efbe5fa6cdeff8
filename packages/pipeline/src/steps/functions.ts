import type { Place } from '../model.ts'
import { type Block, blockAt } from './loops.ts'
import type { Command } from './shell.ts'
import { assigned } from './shell-state.ts'
import type { Variables } from './variables.ts'

/** The function that is defined at a command. */
export function functionAt(
  commands: readonly Command[],
  at: number,
): (Block & { readonly name: string }) | undefined {
  const [keyword, name] = commands[at]?.words ?? []
  if (keyword !== 'function' || name === undefined) return undefined
  const block = blockAt(commands, at, '}')
  return block && { ...block, name }
}

/** The variables in a function: `$1`, `$2`. */
export function numbered(variables: Variables, given: readonly string[], place: Place): Variables {
  return assigned(
    variables,
    given.map((word, at) => [`${at + 1}`, word] as const),
    place,
  )
}

/** The variables after a function, which leaves those of its caller their numbers. */
export function unnumbered(after: Variables, before: Variables): Variables {
  const isNumber = ([name]: readonly [string, unknown]) => /^\d+$/.test(name)
  return new Map([
    ...[...after].filter((one) => !isNumber(one)),
    ...[...before].filter((one) => isNumber(one)),
  ])
}

/** A command of a function that runs what the function was given: `"$@"` of `retry npm publish`. */
export function withGiven(one: Command, call: Command, given: readonly string[]): Command {
  const isGiven = (word: string) => /^\$(?:[@*]|\{[@*]\})$/.test(word)
  if (!one.words.some(isGiven)) return one
  const words = one.words.flatMap((word) => (isGiven(word) ? given : [word]))
  return { ...one, words, text: call.text, line: call.line }
}
