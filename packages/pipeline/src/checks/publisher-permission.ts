import { hostOf } from '../publishers/registries.ts'
import type { Release } from '../release.ts'
import type { Check, Found } from './check.ts'
import { type Comparison, comparisons, namesOf, placeInRecord } from './compare-publishers.ts'
import { differences } from './publisher-differences.ts'
import { isStaged, type Staging, stagingsIn } from './staging.ts'

/** F14: the publisher may stage versions and the workflow publishes them, or the other way round. */
export const publisherPermission: Check = {
  id: 'publisher-permission',
  title: 'a publish by a publisher that may only stage, or the other way round',
  failures: ['F14'],
  severity: 'error',
  *find(release) {
    for (const comparison of comparisons(release)) {
      const found = ofUpload(comparison, release)
      if (found !== undefined) yield found
    }
    for (const staging of stagingsIn(release)) {
      const found = ofStaging(staging, release)
      if (found !== undefined) yield found
    }
  },
}

const DENIED = '"403 Forbidden … OIDC permission denied for this action"'

function ofUpload(comparison: Comparison, release: Release): Found | undefined {
  const { upload, recorded, needed } = comparison
  const { step, credentials } = upload
  const wanted = isStaged(step) ? 'stage' : 'publish'
  const fitting = recorded.filter((one) => differences(one, comparison, release).length === 0)
  if (fitting.length === 0 || fitting.some(({ permissions }) => permissions.includes(wanted)))
    return undefined
  const where = placeInRecord(needed.package, release)
  if (wanted === 'stage') {
    return { ...stagingRefused(needed.package, [needed.registry], release), place: step.place }
  }
  // release-it stages where its configuration says so.
  const isCertain = credentials === 'trusted' && step.client !== 'release-it'
  return {
    ...(!isCertain && { severity: 'warning' as const }),
    place: step.place,
    message: `\`${step.text}\` publishes ${needed.package}, and its publisher in ${where.file}:${where.line} may only stage: ${DENIED}.`,
    fix: 'Stage with `npm stage publish` (npm 11.15 or newer) and approve the version by hand, or allow the publisher to publish (`npm trust … --allow-publish`) and record that.',
  }
}

function ofStaging({ command, package: name }: Staging, release: Release): Found | undefined {
  const recorded = (release.record ?? []).filter((one) => one.package === name)
  if (
    name === undefined ||
    recorded.length === 0 ||
    recorded.some(({ permissions }) => permissions.includes('stage'))
  )
    return undefined
  const registries = recorded.map(({ registry }) => registry)
  return { ...stagingRefused(name, registries, release), place: command.place }
}

function stagingRefused(
  name: string,
  registries: readonly string[],
  release: Release,
): Omit<Found, 'place'> {
  const { file, line } = placeInRecord(name, release)
  const atNpmjs = registries.some((registry) => hostOf(registry) === 'registry.npmjs.org')
  return {
    // npmjs.com lets newer publishers stage without being told to.
    ...(atNpmjs && { severity: 'warning' as const }),
    message: `This stages ${namesOf([name])}, and its publisher in ${file}:${line} may only publish${atNpmjs ? `. If npmjs.com has it so as well, the job ends with ${DENIED}` : `: ${DENIED}`}.`,
    fix: 'Allow the publisher to stage (`npm trust … --allow-stage-publish`) and record `"permissions": ["stage"]`.',
  }
}
