import type { Rewrite } from '../migration.ts'
import { checkoutCredentials } from './checkout-credentials.ts'
import { environment } from './environment.ts'
import { noPermissions } from './no-permissions.ts'
import { pinnedActions } from './pinned-actions.ts'
import { splitJobs } from './split-jobs.ts'

/** What makes a trusted release hard to misuse as well, in this order; only when it is asked for. */
export const HARDENING: readonly Rewrite[] = [
  environment,
  noPermissions,
  splitJobs,
  checkoutCredentials,
  pinnedActions,
]
