import type { ClientId, PublishStep } from '@trustpub/pipeline'
import type { Finished } from '../../tools/run.ts'
import type { Stage } from '../stage.ts'

/** Whether a client makes npm's provenance for what a step publishes. */
export interface ProvenancePlan {
  readonly made: boolean
  /** The client needs to be told that the packages are public, as it cannot see that of packages that are new here. */
  readonly asPublic: boolean
  readonly notes: readonly string[]
}

/** A publishing step about to be played. */
export interface Play {
  readonly stage: Stage
  readonly step: PublishStep
  /** The directory of the step in the copy. */
  readonly directory: string
  /** The directories of the packages in the copy, for clients that publish one at a time. */
  readonly packages: readonly string[]
  /** What the CI would give to the job, with nothing stored in it; the network is closed but for the stage. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The same with the network open, for what must happen before the publish. */
  readonly openEnv: Readonly<Record<string, string | undefined>>
  /** Whether npm is to make provenance, and of packages that are taken for public. */
  readonly provenance: Pick<ProvenancePlan, 'made' | 'asPublic'>
  readonly progress: (line: string) => void
}

export interface Played {
  /** The client and its version, e.g. `npm 11.19.1`. */
  readonly client: string
  readonly finished: Finished
  /** Differences from what the CI would run, as sentences. */
  readonly notes: readonly string[]
  /** Whether the job signed attestations that went up with the files. */
  readonly attested?: boolean
}

/** A program that people publish with; it is run as it is, only told another registry. */
export interface Client {
  readonly id: ClientId
  readonly ecosystem: 'npm' | 'pypi'
  /** When it makes npm's provenance. Absent where it cannot be led to the stage's Sigstore. */
  readonly provenance?: 'by itself' | 'when asked'
  /** @throws MissingTool if it is not there and cannot be fetched */
  readonly publish: (play: Play) => Promise<Played>
}
