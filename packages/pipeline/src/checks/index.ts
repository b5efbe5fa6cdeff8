import type { Check } from './check.ts'
import { idTokenPermission } from './id-token-permission.ts'

/** Every check, in the order of reports. */
export const CHECKS: readonly Check[] = [idTokenPermission]
