import { refuse } from '../errors.ts'

/** As the records of trusted publishers have it. It stands in expressions too, so it has no quotes. */
const ENVIRONMENT = /^(?! )(?!.*\$\{)[^'"`,;\\\p{Cc}]{1,255}(?<! )$/u

/**
 * Refuses the name of an environment that no trusted publisher could ask for.
 * @throws ProjectError `option_invalid`
 */
export function requireEnvironment(type: string, option: string, name: string | undefined): void {
  if (name === undefined || ENVIRONMENT.test(name)) return
  const reason = 'the name of an environment has no quotes, commas, semicolons and backslashes.'
  throw refuse('option_invalid', { type, option, value: name, reason })
}
