import { hostOf } from '../publishers/registries.ts'
import type { Check } from './check.ts'
import { comparisons, grouped, namesOf } from './compare-publishers.ts'

/** F9, F10, F23, F24: a package that is published and has no publisher on record, or one at another registry. */
export const publisherMissing: Check = {
  id: 'publisher-missing',
  title: 'a published package without a recorded trusted publisher, while others have one',
  failures: ['F9', 'F10', 'F23', 'F24'],
  severity: 'error',
  *find(release) {
    const missing = comparisons(release)
      .filter(({ recorded }) => recorded.length === 0)
      .map((comparison) => {
        const others = new Set(comparison.elsewhere.map(({ registry }) => hostOf(registry)))
        return { comparison, key: [...others].join(' and ') }
      })
    for (const { first, names } of grouped(missing)) {
      const { upload, needed } = first.comparison
      const host = hostOf(needed.registry)
      const only = first.key === '' ? '' : ` There is one at ${first.key} only.`
      yield {
        ...(upload.credentials === 'both' && { severity: 'warning' as const }),
        place: upload.step.place,
        message: `${namesOf(names)} ${names.length > 1 ? 'have' : 'has'} no trusted publisher at ${host} in trusted-publishers.json.${only} ${said(upload.step.ecosystem)}`,
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
