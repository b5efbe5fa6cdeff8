import { neededPublishers } from '../publishers/needed.ts'
import { hostOf } from '../publishers/registries.ts'
import { uploadsOf } from '../release.ts'
import type { Check } from './check.ts'

/** F9: npmjs.com takes a publisher only for a package that exists. Needs `--online`. */
export const packageNotThere: Check = {
  id: 'package-not-there',
  title: 'a package that does not exist at npmjs.com yet (with --online)',
  failures: ['F9', 'F10'],
  severity: 'error',
  *find(release) {
    for (const { job, step, registry, credentials } of uploadsOf(release)) {
      if (credentials !== 'trusted' || hostOf(registry) !== 'registry.npmjs.org') continue
      for (const { package: name } of neededPublishers({
        ...release.pipeline,
        jobs: [{ ...job, publishes: [step] }],
      })) {
        if (release.online?.packages.get(name)?.exists !== false) continue
        yield {
          place: step.place,
          message: `${name.replace('npm:', '')} does not exist at npmjs.com, which has no pending publishers: the exchange ends with "package not found" and the upload with a 404, maybe after other packages are out.`,
          fix: 'Publish a first version by hand (`npm publish`, with your own login), then `npm trust`, then release.',
        }
      }
    }
  },
}
