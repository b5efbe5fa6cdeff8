import type { Pipeline } from '@trustpub/pipeline'
import type { Stage } from './stage.ts'
import type { Workspace } from './workspace.ts'

/** Where packages are built. */
export interface BuildContext {
  /** The copy of the repository. */
  readonly root: string
  /** Without any identity: building needs none. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly progress: (line: string) => void
  /** For a sentence in the report. */
  readonly note: (sentence: string) => void
  /** A folder on the PATH for programs that are not on this machine. */
  readonly bin: string
  /** Directories whose dependencies were installed in this rehearsal. */
  readonly installed: Set<string>
  /** Directories and versions of what was built in this rehearsal: once is enough for several jobs. */
  readonly built: Set<string>
}

/** Where the rehearsal takes place. */
export interface Scene extends Omit<BuildContext, 'note'> {
  readonly pipeline: Pipeline
  readonly stage: Stage
  readonly workspace: Workspace
  /** The client to use in place of the one that the step names, where it publishes the same kind of package. */
  readonly client: string | undefined
}

/** What is left of it for those who look at what was published. */
export type Surroundings = Pick<Scene, 'stage' | 'workspace' | 'env' | 'progress'>
