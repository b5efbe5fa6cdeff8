import type { Edit } from '../edits/edit.ts'
import type { Place } from '../place.ts'
import type { Release } from '../release.ts'

/**
 * What a finding means for release day. error: the release will fail, or is unsafe, and that is certain. warning: it
 * may, depending on what the repository does not tell. note: it works, and there is a better way.
 */
export type Severity = 'error' | 'warning' | 'note'

/** One thing that goes wrong on release day and can be seen before. */
export interface Check {
  /** Stable, in kebab case; what `# trustpub: ignore[…]` names. */
  readonly id: string
  /** What is looked for, as the end of "Finds …". */
  readonly title: string
  /** The failure modes that it prevents, by their ids in `failures.ts`. */
  readonly failures: readonly string[]
  /** The gravest that it reports. */
  readonly severity: Severity
  readonly find: (release: Release) => Iterable<Found>
}

/** What a check has found. */
export interface Found {
  /** That of the check unless it is said. */
  readonly severity?: Severity
  readonly place: Place
  /** What will happen on release day, in the words that the client will use, and why. */
  readonly message: string
  /** What to change. */
  readonly fix: string
  /** The change itself, where it is safe: it alters nothing else that the release does. */
  readonly edits?: readonly Edit[]
}

export interface Finding extends Found {
  readonly check: string
  readonly severity: Severity
}
