/** A place in a repository that a person can open: path relative to the root, line and column from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}
