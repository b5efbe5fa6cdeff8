import type { Operation } from '../operation.ts'
import { accountOperations } from './accounts.ts'
import { issuerOperations } from './issuers.ts'
import { logOperations } from './log.ts'
import { packageOperations } from './packages.ts'
import { publisherOperations } from './publishers.ts'
import { setUpOperations } from './set-up.ts'
import { signingKeyOperations } from './signing-keys.ts'
import { tokenOperations } from './tokens.ts'

/** Every operation of the API. */
export const OPERATIONS: readonly Operation[] = [
  ...setUpOperations,
  ...accountOperations,
  ...tokenOperations,
  ...packageOperations,
  ...publisherOperations,
  ...issuerOperations,
  ...signingKeyOperations,
  ...logOperations,
]
