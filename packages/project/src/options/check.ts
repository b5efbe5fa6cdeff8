import { refuse } from '../errors.ts'
import { suggestion } from '../nearest.ts'

/** What kind of value an option takes. A list of texts means one of them. */
export type Kind =
  | 'text'
  | 'flag'
  | 'number'
  | 'texts'
  | 'list'
  | 'object'
  | 'flag or object'
  | 'any'
  | readonly string[]

/** How one option is treated. */
export type OptionRow =
  | Kind
  /** Accepted so that a definition of projen moves over, with the reason why it changes nothing here. */
  | { readonly unused: string; readonly evenIfFalse?: true }
  /** Known, but an error with a reason: to pass it over in silence would change what a release does. */
  | { readonly refused: string }
  /** An object whose members are checked as well. */
  | { readonly members: Readonly<Record<string, OptionRow>>; readonly orFlag?: true }

/** Every option of a type, so that the compiler notices one that is declared but not listed. */
export type OptionTable<T> = { readonly [Name in keyof Required<T>]: OptionRow }

/**
 * Checks options as JavaScript and JSON definitions hand them over, which no compiler has seen.
 * @returns what was accepted without effect, as sentences
 * @throws ProjectError `option_unknown`, `option_type`, `option_refused`
 */
export function checkOptions(
  type: string,
  options: unknown,
  table: Readonly<Record<string, OptionRow>>,
  prefix = '',
): string[] {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const option = prefix.replace(/\.$/, '') || 'the argument'
    throw refuse('option_type', { type, option, expected: 'an object', actual: nameOf(options) })
  }
  return Object.entries(options).flatMap(([name, value]) => {
    const option = prefix + name
    const row = Object.hasOwn(table, name) ? table[name] : undefined
    if (row === undefined) {
      throw refuse('option_unknown', { type, option, hint: suggestion(name, Object.keys(table)) })
    }
    return value === undefined ? [] : checkOne(type, option, value, row)
  })
}

/**
 * Checks that options are there which a type cannot do without. To be called after {@link checkOptions}, because a
 * misspelled name is both unknown and missing.
 * @throws ProjectError `option_required`
 */
export function requireTexts(
  type: string,
  options: object,
  names: readonly string[],
  prefix = '',
): void {
  const given = options as Readonly<Record<string, unknown>>
  const missing = names.find((name) => given[name] === undefined || given[name] === '')
  if (missing !== undefined) throw refuse('option_required', { type, option: prefix + missing })
}

function checkOne(type: string, option: string, value: unknown, row: OptionRow): string[] {
  if (isKind(row)) {
    if (fits(value, row)) return []
    throw refuse('option_type', { type, option, expected: wordsOf(row), actual: nameOf(value) })
  }
  if ('unused' in row) {
    const silent = value === false && !row.evenIfFalse
    return silent ? [] : [`${option} has no effect here: ${row.unused}`]
  }
  if ('refused' in row) {
    if (value === false) return []
    throw refuse('option_refused', { type, option, reason: row.refused })
  }
  if (row.orFlag && typeof value === 'boolean') return []
  return checkOptions(type, value, row.members, `${option}.`)
}

function isKind(row: OptionRow): row is Kind {
  return typeof row === 'string' || Array.isArray(row)
}

function fits(value: unknown, kind: Kind): boolean {
  if (typeof kind !== 'string') return typeof value === 'string' && kind.includes(value)
  switch (kind) {
    case 'text':
      return typeof value === 'string'
    case 'flag':
      return typeof value === 'boolean'
    case 'number':
      return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    case 'texts':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
    case 'list':
      return Array.isArray(value)
    case 'object':
      return isObject(value)
    case 'flag or object':
      return typeof value === 'boolean' || isObject(value)
    case 'any':
      return true
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const WORDS: Readonly<Record<Exclude<Kind, readonly string[]>, string>> = {
  text: 'text',
  flag: 'true or false',
  number: 'a whole number from 0 on',
  texts: 'a list of texts',
  list: 'a list',
  object: 'an object',
  'flag or object': 'true, false or an object',
  any: 'anything',
}

function wordsOf(kind: Kind): string {
  return typeof kind === 'string' ? WORDS[kind] : `one of ${kind.join(', ')}`
}

function nameOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  return typeof value === 'string' ? `"${value}"` : `${value}`
}
