import { basename } from 'node:path'
import { isRepositoryKnown } from '../publishers/needed.ts'
import { hostOf } from '../publishers/registries.ts'
import type { Release, TrustedUpload } from '../release.ts'
import type { Check } from './check.ts'
import { grouped, namesOf, neededBy, type Remark, uploadsWith } from './compare-publishers.ts'

/** F5, F8: the last release came from another workflow or repository. Needs `--online`. */
export const lastProvenance: Check = {
  id: 'last-provenance',
  title:
    'a workflow file or repository that is not the one of the last release with provenance (with --online)',
  failures: ['F5', 'F8'],
  severity: 'warning',
  *find(release) {
    const moved = uploadsWith(['trusted'], release).flatMap((upload) => movedIn(upload, release))
    for (const { first, names } of grouped(moved)) {
      yield {
        place: first.upload.step.place,
        message: `${namesOf(names)} ${first.key}. If the publisher at the registry still names the old one, the exchange is refused.`,
        fix: 'Change the publisher at the registry before the release (`trustpub trust plan`), or the file back.',
      }
    }
  },
}

function movedIn(upload: TrustedUpload, release: Release): readonly Remark[] {
  const { job, registry } = upload
  // Only pypi.org and npmjs.com are asked.
  if (!['registry.npmjs.org', 'pypi.org'].includes(hostOf(registry))) return []
  return neededBy(upload, release).flatMap(({ package: name, fields }) => {
    const last = release.online?.packages.get(name)?.builtBy
    if (last === undefined) return []
    const { repository = '' } = fields
    const isSameRepository =
      !isRepositoryKnown(release.pipeline) ||
      release.pipeline.repository.remotes?.some(({ path }) => path === last.repository) ||
      (name.startsWith('pypi:')
        ? last.repository.toLowerCase() === repository.toLowerCase()
        : last.repository === repository)
    // npm's provenance names the file that an event starts, PyPI's the one that the publisher names.
    const files = [job.entry, job.file].map((file) => basename(file))
    if (isSameRepository && files.includes(basename(last.workflow))) return []
    const isCase = last.repository.toLowerCase() === repository.toLowerCase()
    const before = `${last.repository} ${basename(last.workflow)}`
    const now = `${repository} ${basename(job.entry)}`
    const hint =
      isCase && !isSameRepository ? ' (the case differs, which npmjs.com does not take)' : ''
    return [
      {
        upload,
        name: `${name} ${last.version}`.trim(),
        key: `came from ${before}, and the next release comes from ${now}${hint}`,
      },
    ]
  })
}
