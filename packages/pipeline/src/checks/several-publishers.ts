import { hostOf } from '../publishers/registries.ts'
import type { TrustedUpload } from '../release.ts'
import type { Check } from './check.ts'
import { grouped, namesOf, neededBy, uploadsWith } from './compare-publishers.ts'

/** F5, F10: two workflows or environments publish a package, and npmjs.com has to trust each of them. */
export const severalPublishers: Check = {
  id: 'several-publishers',
  title: 'a package at npmjs.com that is published from several workflow files or environments',
  failures: ['F5', 'F10'],
  severity: 'note',
  *find(release) {
    // With a record each of them is compared with it.
    if (release.record !== undefined) return
    const byPackage = new Map<string, { readonly upload: TrustedUpload; readonly who: string }[]>()
    for (const upload of uploadsWith(['trusted'], release)) {
      if (hostOf(upload.registry) !== 'registry.npmjs.org') continue
      for (const { package: name, fields } of neededBy(upload, release)) {
        const who = [fields.workflow, fields.environment && `environment ${fields.environment}`]
        const rivals = byPackage.get(name) ?? []
        rivals.push({ upload, who: who.filter((part) => part !== undefined).join(' with ') })
        byPackage.set(name, rivals)
      }
    }
    const contested = [...byPackage].flatMap(([name, rivals]) => {
      const [first, ...rest] = rivals
      const second = rest.find(({ who }) => who !== first?.who)
      if (second === undefined) return []
      const key = [...new Set(rivals.map(({ who }) => who))].join(' and by ')
      return [{ upload: second.upload, name: name.replace('npm:', ''), key }]
    })
    for (const { first, names } of grouped(contested)) {
      yield {
        place: first.upload.step.place,
        message: `${namesOf(names)} ${names.length > 1 ? 'are' : 'is'} published by ${first.key}. npmjs.com trusts each of them only if it is configured there, up to ten for a package, and one until September 2026: the others end with a 404.`,
        fix: 'Configure a trusted publisher for each, or publish from one workflow file and environment that has all the triggers.',
      }
    }
  },
}
