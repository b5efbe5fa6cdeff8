import type { RecordedPublisher } from '@trustpub/identity'
import type { Edit } from '../edits/edit.ts'
import type { Place } from '../place.ts'
import type { Release } from '../release.ts'

/** One idea of what has to change, for every release that has it. */
export interface Rewrite {
  /** Stable, in kebab case. */
  readonly id: string
  /** What it does, as a sentence without a subject: "Gives publishing jobs leave to ask for ID tokens." */
  readonly title: string
  /**
   * Looks at a release as it is by now and says what to change. Its edits are applied, and it is asked again, until it
   * has no more; so what is done must not be found again.
   */
  readonly rewrite: (release: Release) => Iterable<Outcome>
  /** What it leaves is only of interest where the migration has changed something. */
  readonly isAfterwards?: true
}

export type Outcome = Change | Left

/** Something that is changed. */
export interface Change {
  readonly place: Place
  /** What was done and why. */
  readonly sentence: string
  readonly edits: readonly Edit[]
}

/** Something that is not changed: it is for the person, or it must stay. */
export interface Left {
  readonly place: Place
  /** What stays as it is, why, and what to do about it. */
  readonly sentence: string
}

/** A repository on its way from stored tokens to trusted publishing. */
export interface Migration {
  /** Files with another text than before, by path from the root. */
  readonly files: readonly ChangedFile[]
  readonly changes: readonly Change[]
  readonly left: readonly Left[]
  /** The publishers without which the next release would fail. */
  readonly publishers: readonly RecordedPublisher[]
  /** Stored secrets that nothing in the repository uses for publishing any more. */
  readonly secrets: readonly string[]
}

export interface ChangedFile {
  readonly file: string
  /** Undefined for a file that was not there. */
  readonly before: string | undefined
  /** Undefined for a file of which nothing is left. */
  readonly after: string | undefined
}

/** Tells a change from what is left. */
export function isChange(outcome: Outcome): outcome is Change {
  return 'edits' in outcome
}

/** The same may be found of several uploads. */
export function onceEach<T extends Outcome>(outcomes: readonly T[]): readonly T[] {
  return [...new Map(outcomes.map((one) => [JSON.stringify(one), one])).values()]
}
