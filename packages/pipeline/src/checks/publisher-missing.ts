import { hostOf } from '../publishers/registries.ts'
import type { Check } from './check.ts'
import { comparisons } from './compare-publishers.ts'

/** F9, F10, F23, F24: a package that is published and has no publisher on record, or one at another registry. */
export const publisherMissing: Check = {
  id: 'publisher-missing',
  title: 'a published package without a recorded trusted publisher, while others have one',
  failures: ['F9', 'F10', 'F23', 'F24'],
  severity: 'error',
  *find(release) {
    for (const { upload, needed, recorded, elsewhere } of comparisons(release)) {
      if (recorded.length > 0) continue
      const host = hostOf(needed.registry)
      const others = [...new Set(elsewhere.map(({ registry }) => hostOf(registry)))]
      const only = others.length === 0 ? '' : ` It has one at ${others.join(' and ')} only.`
      yield {
        ...(upload.credentials === 'both' && { severity: 'warning' as const }),
        place: upload.step.place,
        message: `${needed.package} has no trusted publisher at ${host} in trusted-publishers.json.${only} ${said(upload.step.ecosystem)}`,
        fix: `Configure it at ${host} and record it: \`trustpub trust plan --write\`, then \`trustpub trust apply\`.`,
      }
    }
  },
}

function said(ecosystem: 'npm' | 'pypi'): string {
  return ecosystem === 'npm'
    ? 'If that is so, the exchange ends with "OIDC token exchange error - package not found" and the upload with a 404, maybe after other packages are out.'
    : 'If that is so, the exchange ends with "invalid-publisher: valid token, but no corresponding publisher".'
}
