import { hostOf } from '../publishers/registries.ts'
import type { Check } from './check.ts'
import { type Comparison, comparisons, grouped, namesOf, refusalBy } from './compare-publishers.ts'

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
        const { upload, needed, elsewhere } = comparison
        const others = new Set(elsewhere.map(({ registry }) => hostOf(registry)))
        return { upload, name: needed.package, key: [...others].join(' and '), comparison }
      })
    for (const { first, names } of grouped(missing)) {
      const { upload, comparison, key } = first
      const host = hostOf(comparison.needed.registry)
      // A record without a word about this CI may just not be written yet.
      const isCertain = upload.credentials === 'trusted' && release.record?.length !== 0
      yield {
        ...(!isCertain && { severity: 'warning' as const }),
        place: upload.step.place,
        message: `${namesOf(names)} ${names.length > 1 ? 'have' : 'has'} no trusted publisher at ${host} in trusted-publishers.json.${key === '' ? '' : ` There is one at ${key} only.`} ${said(comparison)}`,
        fix: `Configure it at ${host} and record it: \`trustpub trust plan --write\`, then \`trustpub trust apply\`.`,
      }
    }
  },
}

function said({ upload: { registry, step } }: Comparison): string {
  const half = step.ecosystem === 'npm' ? ', maybe after other packages are out' : ''
  return `If the record is right, ${refusalBy(registry, step.ecosystem)}${half}.`
}
