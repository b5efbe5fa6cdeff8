import type { Environment, RunProgram } from '@trustpub/identity'
import type { Send } from './http.ts'
import type { Secrets } from './secrets.ts'

/** Everything that reaches outside, so that tests can stand in for it. */
export interface Context {
  readonly env: Environment
  /** The product name of the computer, by which some CIs are known. */
  readonly machine?: string | undefined
  /** For the CI's own token endpoint; registries are spoken to by `send`. */
  readonly fetch: typeof globalThis.fetch
  readonly run: RunProgram
  readonly send: Send
  readonly now: () => Date
  readonly wait: (milliseconds: number) => Promise<void>
  readonly secrets: Secrets
  /** One line about what is going on. */
  readonly progress: (line: string) => void
  /** A folder that the caller removes at the end; packed tarballs go there. */
  readonly temporaryFolder: string
}
