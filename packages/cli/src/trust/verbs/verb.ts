import type { Arguments, ExitStatus } from '../../command.ts'
import type { Ui } from '../../ui/ui.ts'
import type { PackageGroup } from '../groups.ts'
import type { Plan } from '../plan.ts'

/** What every verb of `trustpub trust` works with. */
export interface Context {
  readonly directory: string
  readonly plan: Plan
  /** What the command line chose of the plan. */
  readonly groups: readonly PackageGroup[]
  readonly args: Arguments
  readonly ui: Ui
}

export type Verb = (context: Context) => Promise<ExitStatus>
