import type { Run } from '@trustpub/identity'
import type { Ecosystem } from '../artifact.ts'
import type { Said } from '../targets/target.ts'

/**
 * What became of a file. `held back`: nothing was wrong with it, but something was with another one. `not seen`: the
 * registry took it and does not show it (yet), as restricted packages are never shown to exchanged tokens.
 */
export type Outcome =
  | 'published'
  | 'not seen'
  | 'staged'
  | 'already there'
  | 'would be published'
  | 'refused'
  | 'held back'

/** Why a file was refused, for people and for machines. */
export interface Problem {
  readonly code: string
  readonly message: string
  /** The registry's answer, where one was given. */
  readonly said?: Said
  /** What the ID token says, by claim: the claims by which publishers are compared. */
  readonly claims?: Readonly<Record<string, string>>
  /** The likeliest cause, in words; registries that name it themselves need none. */
  readonly cause?: string
}

export interface FileReport {
  readonly ecosystem: Ecosystem
  readonly registry: string
  readonly name: string
  readonly version: string
  readonly file: string
  /** Bytes. */
  readonly size: number
  /** `sha512:…` or `sha256:…`, in hex. */
  readonly digest: string
  readonly outcome: Outcome
  /** What else is to be known, such as the dist-tag. */
  readonly details: string
  /** Whether provenance or attestations went along. */
  readonly signed: boolean
  readonly problem?: Problem
}

export interface Report {
  readonly ok: boolean
  readonly dryRun: boolean
  /** The CI, e.g. `GitHub Actions`. */
  readonly provider: string
  /** The run as the ID token names it. */
  readonly run: Run | undefined
  readonly files: readonly FileReport[]
}
