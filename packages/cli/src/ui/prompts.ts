import { isatty } from 'node:tty'
import { Interrupted } from '../tools/interruption.ts'

/** Questions to the person at the terminal. */
export interface Prompts {
  /** Asks for a text; an empty answer means the suggestion. `problem` says what is wrong with another one. */
  readonly text: (
    question: string,
    suggestion: string,
    problem?: (answer: string) => string | undefined,
  ) => Promise<string>
  readonly select: <Value extends string>(
    question: string,
    choices: readonly { readonly value: Value; readonly hint: string }[],
  ) => Promise<Value>
}

/** Undefined where nobody can answer: in CI, and where input or output is no terminal. */
export async function terminalPrompts(): Promise<Prompts | undefined> {
  if (process.env.CI || !isatty(0) || !isatty(1)) return undefined
  // Most runs ask nothing.
  const clack = await import('@clack/prompts')
  const answered = (answer: string | symbol): string => {
    if (typeof answer === 'symbol') throw new Interrupted('SIGINT')
    return answer
  }
  return {
    text: async (message, suggestion, problem) => {
      const validate = (answer = '') => (answer === '' ? undefined : problem?.(answer))
      const options = { message, placeholder: suggestion, defaultValue: suggestion, validate }
      return answered(await clack.text(options)).trim() || suggestion
    },
    select: async (message, choices) => {
      const options = choices.map(({ value, hint }) => ({ value, hint, label: value }))
      // The type of clack's options does not reduce for a type parameter.
      return answered(
        await clack.select<string>({ message, options }),
      ) as (typeof choices)[number]['value']
    },
  }
}
