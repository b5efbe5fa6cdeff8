import type { Proof } from './results.ts'

/** What was verified; `problem` is what the verifying client said of a failure. */
export interface Proven {
  readonly proof?: Proof
  readonly problem?: string
}

/** A version that the registry has. */
export interface Published {
  readonly name: string
  readonly version: string
  readonly filenames: readonly string[]
  /** Whether the job signed something for it. */
  readonly signed: boolean
}
