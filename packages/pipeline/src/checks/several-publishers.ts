import { neededPublishers } from '../publishers/needed.ts'
import { hostOf } from '../publishers/registries.ts'
import { type TrustedUpload, uploadsOf } from '../release.ts'
import type { Check } from './check.ts'

/** F5, F10: npmjs.com keeps one publisher for a package, and two workflows or environments want to be it. */
export const severalPublishers: Check = {
  id: 'several-publishers',
  title: 'a package at npmjs.com that is published from several workflow files or environments',
  failures: ['F5', 'F10'],
  severity: 'warning',
  *find(release) {
    const uploads = uploadsOf(release).filter(
      ({ registry, credentials }) =>
        hostOf(registry) === 'registry.npmjs.org' && credentials === 'trusted',
    )
    const byPackage = new Map<string, { readonly upload: TrustedUpload; readonly who: string }[]>()
    for (const upload of uploads) {
      const jobs = [{ ...upload.job, publishes: [upload.step] }]
      for (const { package: name, fields } of neededPublishers({ ...release.pipeline, jobs })) {
        const who = [fields.workflow, fields.environment && `environment ${fields.environment}`]
        const rivals = byPackage.get(name) ?? []
        rivals.push({ upload, who: who.filter((part) => part !== undefined).join(' with ') })
        byPackage.set(name, rivals)
      }
    }
    for (const [name, rivals] of byPackage) {
      const all = new Set(rivals.map(({ who }) => who))
      const [, second] = rivals
      if (all.size < 2 || second === undefined) continue
      yield {
        place: second.upload.step.place,
        message: `${name.replace('npm:', '')} is published by ${[...all].join(' and by ')}. npmjs.com keeps one trusted publisher for a package: all but one of them end with a 404.`,
        fix: 'Publish from one workflow file and environment, which the others start with `gh workflow run`, or which has all the triggers.',
      }
    }
  },
}
