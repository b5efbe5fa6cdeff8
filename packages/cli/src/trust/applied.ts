import type { RecordedPublisher } from '@trustpub/identity'

export type Outcome =
  | 'configured'
  | 'replaced'
  | 'removed'
  | 'already there'
  | 'would be configured'
  | 'would be removed'
  | 'differs'
  | 'by hand'
  | 'failed'
  | 'not tried'

/** What came of one publisher. */
export interface Applied {
  /** As it is planned; as it was there, if it was removed. */
  readonly publisher: RecordedPublisher
  readonly outcome: Outcome
  /** Why it failed, in what it differs, what it took the place of. */
  readonly detail?: string
  readonly code?: string
}

export interface ApplyOptions {
  /** Take away what the plan does not have, so that the packages have what is planned and nothing else. */
  readonly replace: boolean
  readonly dryRun: boolean
}
