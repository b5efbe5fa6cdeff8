import { Refusal } from '@trustpub/identity'
import type { Checked } from './attested.ts'

/** What a registry or a bundle says of one file, verified, before anybody asks whether it is enough. */
export interface Evidence {
  readonly file: string
  /** `sha512-<base64>` or `sha256:<hex>`. */
  readonly digest: string
  readonly read: boolean
  /** The keys of the registry that signed it. */
  readonly signatures: readonly string[]
  /** Whether the registry signs at all. */
  readonly signs: boolean
  readonly checked: readonly Checked[]
  /** The environment that the index names; no certificate does. */
  readonly environment?: string
  readonly problems: readonly Refusal[]
}

/** Keeps a refusal among the problems and goes on with the fallback; other errors go on their way. */
export function collector(
  problems: Refusal[],
): <Value>(fallback: Value) => (error: unknown) => Value {
  return (fallback) => (error) => {
    if (!(error instanceof Refusal)) throw error
    problems.push(error)
    return fallback
  }
}
