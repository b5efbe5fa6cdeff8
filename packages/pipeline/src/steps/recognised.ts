import type { ClientId } from '../model.ts'
import type { Unplayed } from './unplayed.ts'

/** The packages that a command is about. */
export type Selection =
  | { readonly of: 'directory' }
  /** Every public package of the workspaces around; without workspaces the directory. */
  | { readonly of: 'all' }
  /** Workspaces whose name or directory a glob picks; `root` tells whether the root package can be among them. */
  | { readonly of: 'workspaces'; readonly globs: readonly string[]; readonly root: boolean }

/** What a command does, as far as publishing goes. */
export type Recognised =
  | {
      readonly kind: 'publish'
      readonly client: ClientId
      /** What follows the publish verb; the client's flags that stand before it come first. */
      readonly args: readonly string[]
      readonly selection: Selection
      /** Where a flag of the client (`--prefix`, `-C`) makes it work. */
      readonly directory?: string
      /** The directory that a release tool is told to publish in the place of the one where it runs. */
      readonly packageRoot?: string
      /** Why this form of the client cannot do trusted publishing. */
      readonly incapable?: string
    }
  | {
      readonly kind: 'script'
      readonly name: string
      readonly args: readonly string[]
      readonly selection: Selection
      readonly directory?: string
    }
  | { readonly kind: 'shell'; readonly script: string }
  /** The command to run stands in a variable. */
  | { readonly kind: 'variable'; readonly name: string }
  | Unplayed
