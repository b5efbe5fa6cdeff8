import { isActionBelow } from '../github/action-use.ts'
import { uploadsOf } from '../release.ts'
import type { Check } from './check.ts'

/** F28: the twine in an old release of the action does not understand what today's builds write. */
export const oldTwine: Check = {
  id: 'old-twine',
  title: "a release of gh-action-pypi-publish whose twine is older than today's metadata",
  failures: ['F28'],
  severity: 'warning',
  *find(release) {
    for (const { step } of uploadsOf(release)) {
      const { action } = step
      if (action?.name !== 'pypa/gh-action-pypi-publish' || !isActionBelow(action, [1, 12]))
        continue
      if (isActionBelow(action, [1, 8])) continue
      yield {
        place: step.place,
        message: `The twine in version ${action.version?.join('.')} of the action does not know metadata 2.4, which newer build tools write: "InvalidDistribution: Metadata is missing required fields: Name, Version".`,
        fix: 'Use a release from 1.12.4 on, or `release/v1`.',
      }
    }
  },
}
