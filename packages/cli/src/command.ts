import { parseArgs } from 'node:util'
import { suggestion } from '@trustpub/project/nearest'
import type { Ui } from './ui/ui.ts'

/** 0: done. 1: what was tried or checked failed. 2: wrong use. 3: something outside is missing or unreachable. */
export type ExitStatus = 0 | 1 | 2 | 3 | ProgramStatus

/** The exit status of a program that was run for somebody, handed on as it is. */
export type ProgramStatus = number & { readonly of: 'program' }

/** A flag of a command. Its name is the key in the table, in kebab case. */
export interface Option {
  readonly type: 'string' | 'boolean'
  /** Whether it may be given more than once. */
  readonly multiple?: true
  /** What stands for the value in the help, e.g. `<port>`. */
  readonly value?: string
  readonly help: string
}

export interface Command {
  /** What follows `trustpub` in the usage line. */
  readonly synopsis: string
  /** A few sentences for the help. */
  readonly description: string
  readonly options: Readonly<Record<string, Option>>
  /** Command lines worth copying, each with what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[]
  readonly run: (args: Arguments, ui: Ui) => Promise<ExitStatus>
}

/** A command line, taken apart. */
export interface Arguments {
  readonly positionals: readonly string[]
  readonly text: (option: string) => string | undefined
  /** All values of an option that may be given more than once. */
  readonly texts: (option: string) => readonly string[]
  readonly flag: (option: string) => boolean
}

/** The command line does not fit the command; the message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const COMMON: Readonly<Record<string, Option>> = {
  json: { type: 'boolean', help: 'print the result as JSON' },
  help: { type: 'boolean', help: 'show this help' },
}

/** The options of a command and those that every command has. */
export function optionsOf(command: Command): Readonly<Record<string, Option>> {
  return { ...command.options, ...COMMON }
}

/**
 * Takes a command line apart.
 * @throws UsageError for options that the command does not have
 */
export function readArguments(command: Command, argv: readonly string[]): Arguments {
  const options = optionsOf(command)
  const known = Object.fromEntries(
    Object.entries(options).map(([name, { type, multiple = false }]) => [name, { type, multiple }]),
  )
  // Strict parsing would word its own errors; these suggest the nearest option.
  const { values, positionals, tokens } = parseArgs({
    args: [...argv],
    options: known,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const option = options[token.name]
    if (option === undefined)
      throw new UsageError(unknownText('option', token.rawName, dashed(options)))
    if (option.type === 'string' && token.value === undefined) {
      throw new UsageError(
        `${token.rawName} needs a value: ${token.rawName} ${option.value ?? '<value>'}`,
      )
    }
    if (option.type === 'boolean' && token.value !== undefined) {
      throw new UsageError(`${token.rawName} takes no value`)
    }
  }
  return {
    positionals,
    text: (option) => {
      const value = values[option]
      return typeof value === 'string' ? value : undefined
    },
    texts: (option) => [values[option] ?? []].flat().map(String),
    flag: (option) => values[option] === true,
  }
}

function dashed(options: Readonly<Record<string, Option>>): string[] {
  return Object.keys(options).map((name) => `--${name}`)
}

/** "There is no option --reff. Did you mean --ref?" */
export function unknownText(kind: string, given: string, known: readonly string[]): string {
  return `There is no ${kind} ${given}. ${suggestion(given, known)}`
}
