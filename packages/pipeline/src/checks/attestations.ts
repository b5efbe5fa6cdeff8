import { isActionBelow } from '../github/action-use.ts'
import type { PublishStep } from '../model.ts'
import { hostOf, registryOf } from '../publishers/registries.ts'
import { child, textOf } from '../yaml/tree.ts'

/** Tells whether gh-action-pypi-publish may make attestations: by itself since 1.11, for PyPI and TestPyPI, without a password. */
export function attests(step: PublishStep): boolean {
  const { action, within, storedSecrets } = step
  if (action?.name !== 'pypa/gh-action-pypi-publish' || storedSecrets.length > 0) return false
  if (isActionBelow(action, [1, 11])) return false
  if (!['pypi.org', 'test.pypi.org'].includes(hostOf(registryOf(step)))) return false
  return textOf(child(within, 'with', 'attestations')) !== 'false'
}

/** Tells whether it certainly does: a commit without a comment beside it may be of any version. */
export function certainlyAttests(step: PublishStep): boolean {
  return attests(step) && step.action?.version !== undefined
}
