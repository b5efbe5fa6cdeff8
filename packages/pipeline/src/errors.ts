import type { Place } from './place.ts'

interface Facts {
  readonly file: string
  readonly reason: string
  readonly line?: number
  readonly column?: number
}

/** Code → sentence. The sentence names the file, the cause and what to change. */
const SENTENCES = {
  directory_unreadable: ({ file, reason }: Facts) =>
    `The directory ${file} cannot be read (${reason}): name the root of a repository.`,
  file_unreadable: ({ file, reason }: Facts) =>
    `${file} cannot be read (${reason}): make it a readable file.`,
  file_outside: ({ file }: Facts) =>
    `${file} is a link to a file outside of the repository, which the CI would not have: put the file itself there.`,
  workflow_unparseable: ({ file, line, column, reason }: Facts) =>
    `${file}:${line ?? 1}:${column ?? 1} is not valid YAML (${reason}): correct it there, the CI would refuse it too.`,
  merge_conflict: ({ file, line }: Facts) =>
    `${file}:${line ?? 1} holds the marks of a merge conflict, so it is no YAML and starts nothing: resolve it and commit the file.`,
  manifest_unparseable: ({ file, reason }: Facts) =>
    `${file} cannot be read as a manifest (${reason}): correct it, its package is left out until then.`,
} as const

export type PipelineErrorCode = keyof typeof SENTENCES

/** Input that cannot be read. `code` is stable; the message is a sentence for a person. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError'
  readonly code: PipelineErrorCode
  readonly place: Place

  constructor(code: PipelineErrorCode, facts: Facts) {
    super(SENTENCES[code](facts))
    this.code = code
    this.place = { file: facts.file, line: facts.line ?? 1, column: facts.column ?? 1 }
  }
}

/** The short reason in an error of the system or of a parser: `ENOENT`, or the first line of its message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && typeof error.code === 'string') return error.code
  return error.message.split('\n', 1)[0] ?? ''
}
