import type { Place } from '../model.ts'
import type { Manifests } from '../repository/manifests.ts'
import { functionAt, numbered, unnumbered, withGiven } from './functions.ts'
import { type Block, itemsOf, loopAt, moved } from './loops.ts'
import type { Command } from './shell.ts'
import { assigned, type ShellState } from './shell-state.ts'
import { unwrap } from './wrappers.ts'

// Loops within loops over long lists: nobody needs all of it.
export const MAX_REPEATED = 5000

// Functions that call functions.
const MAX_CALLS = 4

/** The rounds of loops and functions, those of the scripts included that they run. */
export interface Rounds {
  /** How many are around what runs: then it may run several times, for one package after the other. */
  around: number
  /** How many commands may still be repeated. */
  left: number
}

/** What runs the commands of a script. */
export interface Shell {
  readonly manifests: Manifests
  readonly placeOf: (line: number) => Place
  readonly rounds: Rounds
  /** The state after a command. */
  readonly run: (command: Command, state: ShellState) => ShellState
}

type Scope = readonly number[]
type Repeated = Block & { readonly scope: Scope }

/** Runs commands one after the other, loops over lists and functions as often as they run. Returns the last state. */
export function runCommands(
  commands: readonly Command[],
  start: ShellState,
  shell: Shell,
): ShellState {
  return new Runner(commands, start, shell).run()
}

class Runner {
  readonly #commands: readonly Command[]
  readonly #start: ShellState
  readonly #shell: Shell
  readonly #states = new Map<string, ShellState>()
  readonly #functions = new Map<string, Repeated>()
  #calls = 0

  constructor(commands: readonly Command[], start: ShellState, shell: Shell) {
    this.#commands = commands
    this.#start = start
    this.#shell = shell
  }

  run(): ShellState {
    this.#runAll(this.#commands)
    return this.#stateIn([])
  }

  /** A subshell starts with the state around it and keeps its changes to itself. */
  #stateIn(scope: Scope): ShellState {
    const own = this.#states.get(scope.join('.'))
    if (own !== undefined) return own
    return scope.length === 0 ? this.#start : this.#stateIn(scope.slice(0, -1))
  }

  #set(scope: Scope, state: ShellState): void {
    this.#states.set(scope.join('.'), state)
  }

  #runAll(commands: readonly Command[]): void {
    for (let at = 0; at < commands.length; at++) {
      const command = commands[at]
      if (command === undefined) continue
      const end = this.#define(commands, at) ?? this.#loop(commands, at)
      if (end !== undefined) {
        at = end
        continue
      }
      if (this.#call(command)) continue
      this.#set(command.scope, this.#shell.run(command, this.#stateIn(command.scope)))
    }
  }

  /** Keeps a function for when it is called; one that nothing calls here is read where it stands. */
  #define(commands: readonly Command[], at: number): number | undefined {
    const defined = functionAt(commands, at)
    if (defined === undefined) return undefined
    if (!this.#commands.some(({ words }) => words[0] === defined.name)) return undefined
    this.#functions.set(defined.name, { ...defined, scope: commands[at]?.scope ?? [] })
    return defined.end
  }

  #loop(commands: readonly Command[], at: number): number | undefined {
    const { line, scope } = commands[at] ?? { line: 0, scope: [] }
    const loop = loopAt(commands, at)
    if (loop === undefined) return undefined
    const items = itemsOf(loop.list, this.#stateIn(scope), this.#shell.manifests)
    if (items === undefined) {
      this.#roundOf({ ...loop, scope }, loop.variable)
      return loop.end
    }
    for (const item of items) {
      const before = this.#stateIn(scope)
      const set = [[loop.variable, item]] as const
      const variables = assigned(before.variables, set, this.#shell.placeOf(line))
      this.#repeat({ ...loop, scope }, scope, { ...before, variables })
    }
    return loop.end
  }

  /** A loop over what only the run knows. Where each round changes the directory and comes back, so does the loop. */
  #roundOf(loop: Repeated, variable: string): void {
    const { scope } = loop
    const before = this.#stateIn(scope)
    const variables = new Map([...before.variables].filter(([name]) => name !== variable))
    this.#repeat(loop, scope, { ...before, variables })
    const after = this.#stateIn(scope)
    const returns = loop.body.some(({ words }) => /^cd (?:\.\.\/)*\.\.\/?$/.test(words.join(' ')))
    const isLost = after.directory === undefined && returns
    this.#set(scope, { ...after, ...(isLost && { directory: before.directory }) })
  }

  /** Whether a command calls a function of the script, which then has run. */
  #call(command: Command): boolean {
    const { line, scope } = command
    const { words, assignments } = unwrap(command.words)
    const [name = '', ...given] = words
    const called = this.#functions.get(name)
    if (called === undefined || this.#calls >= MAX_CALLS) return false
    const before = this.#stateIn(scope)
    const place = this.#shell.placeOf(line)
    const set = assigned(before.variables, assignments, place)
    const variables = numbered(set, given, place)
    const body = called.body.map((one) => withGiven(one, command, given))
    this.#calls++
    this.#repeat({ ...called, body }, scope, { ...before, variables })
    this.#calls--
    const after = this.#stateIn(scope)
    this.#set(scope, { ...after, variables: unnumbered(after.variables, before.variables) })
    return true
  }

  #repeat({ body, scope: from }: Repeated, scope: Scope, state: ShellState): void {
    const { rounds } = this.#shell
    rounds.left -= body.length
    if (rounds.left < 0) return
    rounds.around++
    this.#set(scope, state)
    this.#runAll(moved(body, from, scope, rounds.left))
    rounds.around--
    const after = this.#stateIn(scope)
    // Where it has gone it comes back from.
    const returns = body.some(({ words }) => words[0] === 'popd' || words.join(' ') === 'cd -')
    const isLost = after.directory === undefined && returns
    this.#set(scope, { ...after, ...(isLost && { directory: state.directory }) })
  }
}
