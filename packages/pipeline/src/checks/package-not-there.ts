import { hostOf } from '../publishers/registries.ts'
import type { Check } from './check.ts'
import { grouped, namesOf, neededBy, uploadsWith } from './compare-publishers.ts'

/** F9: npmjs.com takes a publisher only for a package that exists. Needs `--online`. */
export const packageNotThere: Check = {
  id: 'package-not-there',
  title: 'a package that does not exist at npmjs.com yet (with --online)',
  failures: ['F9', 'F10'],
  severity: 'error',
  *find(release) {
    const absent = uploadsWith(['trusted'], release)
      .filter(({ registry }) => hostOf(registry) === 'registry.npmjs.org')
      .flatMap((upload) =>
        neededBy(upload, release)
          .filter((needed) => release.online?.packages.get(needed.package)?.exists === false)
          .map((needed) => ({ upload, name: needed.package.replace('npm:', ''), key: '' })),
      )
    for (const { first, names } of grouped(absent)) {
      yield {
        place: first.upload.step.place,
        message: `${namesOf(names)} ${names.length > 1 ? 'do' : 'does'} not exist at npmjs.com, which has no pending publishers: the exchange ends with "package not found" and the upload with a 404, maybe after other packages are out.`,
        fix: 'Publish a first version by hand (`npm publish`, with your own login), then `npm trust`, then release.',
      }
    }
  },
}
