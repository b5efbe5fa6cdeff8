import { basename } from 'node:path'
import { neededPublishers } from '../publishers/needed.ts'
import { uploadsOf } from '../release.ts'
import type { Check } from './check.ts'

/** F5, F8: the last release came from another workflow or repository. Needs `--online`. */
export const lastProvenance: Check = {
  id: 'last-provenance',
  title:
    'a workflow file or repository that is not the one of the last release with provenance (with --online)',
  failures: ['F5', 'F8'],
  severity: 'warning',
  *find(release) {
    for (const { job, step, credentials } of uploadsOf(release)) {
      if (credentials !== 'trusted') continue
      for (const { package: name, fields } of neededPublishers({
        ...release.pipeline,
        jobs: [{ ...job, publishes: [step] }],
      })) {
        const last = release.online?.packages.get(name)?.builtBy
        if (last === undefined) continue
        const isRepository =
          release.pipeline.repository.path === undefined || last.repository === fields.repository
        // Provenance names the file that an event starts, also where PyPI compares the called one.
        const isWorkflow = basename(last.workflow) === basename(job.entry)
        if (isRepository && isWorkflow) continue
        const now = `${fields.repository ?? ''} ${basename(job.entry)}`
        yield {
          place: step.place,
          message: `${name} ${last.version} was built by ${last.repository} ${basename(last.workflow)}, and the next release comes from ${now}. If the publisher at the registry still names the old one, the exchange is refused.`,
          fix: 'Change the publisher at the registry before the release (`trustpub trust plan`), or the file back.',
        }
      }
    }
  },
}
