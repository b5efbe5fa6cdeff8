import type { TrustedUpload } from '../release.ts'
import type { Severity } from './check.ts'

/**
 * How grave it is that a step cannot exchange its ID token: an error where nothing else would let it publish, a warning
 * where a stored token hides it. Undefined where no ID token is meant to be used, or where nobody can tell.
 */
export function gravityOf({
  credentials,
}: Pick<TrustedUpload, 'credentials'>): Severity | undefined {
  if (credentials === 'trusted' || credentials === 'none') return 'error'
  return credentials === 'both' ? 'warning' : undefined
}
