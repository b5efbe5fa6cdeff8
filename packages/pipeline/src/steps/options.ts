/** The words after a verb, told apart: flags with their values, and the rest. */
export interface Options {
  /** Flag without its value or `=`; `''` where it stands alone. The last value is the one that counts. */
  readonly flags: ReadonlyMap<string, readonly string[]>
  readonly rest: readonly string[]
}

/**
 * Tells flags from positional words. A flag takes the next word only if it is in `valued`.
 * `stopAt` ends at the first positional word, so that what follows stays whole.
 */
export function parseOptions(
  words: readonly string[],
  valued: ReadonlySet<string>,
  stopAt: 'end' | 'first' = 'end',
): Options {
  const flags = new Map<string, string[]>()
  const rest: string[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    if (word === '--') return { flags, rest: [...rest, ...words.slice(i + 1)] }
    if (!word.startsWith('-') || word === '-') {
      if (stopAt === 'first') return { flags, rest: words.slice(i) }
      rest.push(word)
      continue
    }
    const equals = word.indexOf('=')
    const flag = equals < 0 ? word : word.slice(0, equals)
    const value = equals >= 0 ? word.slice(equals + 1) : valued.has(flag) ? (words[++i] ?? '') : ''
    flags.set(flag, [...(flags.get(flag) ?? []), value])
  }
  return { flags, rest }
}

/** The values of a flag under any of its spellings, in the order of the spellings. */
export function flagValues(options: Options, ...spellings: readonly string[]): readonly string[] {
  return spellings.flatMap((flag) => options.flags.get(flag) ?? [])
}

/** The value that counts, the last; undefined if the flag is absent. */
export function flagValue(options: Options, ...spellings: readonly string[]): string | undefined {
  return flagValues(options, ...spellings).at(-1)
}

/** Tells whether a switch is on in every run: what an input or a variable decides is off in some. */
export function isAlwaysOn(options: Options, ...spellings: readonly string[]): boolean {
  return isOn(options, ...spellings) && !flagValue(options, ...spellings)?.includes('$')
}

/** Tells whether a switch is on: there, and not `=false`. */
export function isOn(options: Options, ...spellings: readonly string[]): boolean {
  const value = flagValue(options, ...spellings)
  return value !== undefined && value !== 'false'
}
