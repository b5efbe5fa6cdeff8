import type { Values } from '@trustpub/identity'

/** Everything that can be wrong with a definition before it is a project, and with starting one. */
const DEFINITION_ERRORS = {
  definition_several:
    '{folder} has more than one definition: {files}. Keep the one that counts, and delete the others.',
  definition_failed: '{place}: {message}',
  definition_silent:
    '{file} defines no project: it ends without a call of project.synth() and exports no project by default. If something is awaited before synth(), await it at the top level.',
  definition_twice:
    '{file} synthesises two projects that do not belong together, {first} and {second}. Make one of them a part of the other with the option parent.',
  definition_json: '{file} is no valid JSON: {reason}.',
  definition_type: '{file} must have a member "type", which is one of: {kinds}.',
  folder_taken:
    'A new project would overwrite what is in {folder} already: {files}. Nothing was written. Choose an empty folder, move the files away, or let them be overwritten: {adopt}.',
  definition_exists:
    '{file} exists, so there is a project here already. To bring its files up to date, run trustpub synth.',
} as const

/** A definition that cannot be read, or must not be written. The message is a sentence for a person. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError'
  readonly code: keyof typeof DEFINITION_ERRORS

  constructor(code: keyof typeof DEFINITION_ERRORS, message: string) {
    super(message)
    this.code = code
  }
}

/** Makes a {@link DefinitionError} from the error table. */
export function refuse<Code extends keyof typeof DEFINITION_ERRORS>(
  code: Code,
  values: Values<(typeof DEFINITION_ERRORS)[Code]>,
): DefinitionError {
  const named = values as Readonly<Record<string, unknown>>
  const sentence = DEFINITION_ERRORS[code].replace(/\{(\w+)\}/g, (_, name: string) =>
    String(named[name]),
  )
  return new DefinitionError(code, sentence)
}
