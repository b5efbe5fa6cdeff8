import type { ClientId, PublishStep } from '@trustpub/pipeline'
import type { Finished } from '../../tools/run.ts'
import type { Stage } from '../stage.ts'

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
  readonly progress: (line: string) => void
}

export interface Played {
  /** The client and its version, e.g. `npm 11.19.1`. */
  readonly client: string
  readonly finished: Finished
  /** Differences from what the CI would run, as sentences. */
  readonly notes: readonly string[]
}

/** A program that people publish with; it is run as it is, only told another registry. */
export interface Client {
  readonly id: ClientId
  readonly ecosystem: 'npm' | 'pypi'
  /** @throws MissingTool if it is not there and cannot be fetched */
  readonly publish: (play: Play) => Promise<Played>
}
