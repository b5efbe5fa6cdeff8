import type { Check } from './check.ts'
import { comparisons, differences, placeInRecord } from './compare-publishers.ts'

/** F14: the publisher may stage versions, and the workflow publishes them. */
export const publisherPermission: Check = {
  id: 'publisher-permission',
  title: 'a publish by a publisher that may only stage',
  failures: ['F14'],
  severity: 'error',
  *find(release) {
    for (const comparison of comparisons(release)) {
      const { upload, recorded, needed } = comparison
      const fitting = recorded.filter((one) => differences(one, comparison, release).length === 0)
      if (
        fitting.length === 0 ||
        fitting.some(({ permissions }) => permissions.includes('publish'))
      )
        continue
      yield {
        ...(upload.credentials === 'both' && { severity: 'warning' as const }),
        place: upload.step.place,
        message: `\`${upload.step.text}\` publishes ${needed.package}, and its recorded publisher (${placeInRecord(needed.package, release).file}) may only stage: "403 Forbidden … OIDC permission denied for this action".`,
        fix: 'Publish with `npm stage publish` and approve it, or allow the publisher to publish (`npm trust … --allow-publish`) and record that.',
      }
    }
  },
}
