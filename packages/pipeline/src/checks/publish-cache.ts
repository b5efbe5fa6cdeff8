import type { JobStep } from '../job.ts'
import { uploadsOf } from '../release.ts'
import type { Check } from './check.ts'

/** F41: what other runs have left in a cache becomes part of the release. */
export const publishCache: Check = {
  id: 'publish-cache',
  title: 'a cache that is restored in the job with ID tokens',
  failures: ['F41'],
  severity: 'note',
  *find(release) {
    for (const job of new Set(
      uploadsOf(release)
        .filter(({ credentials }) => credentials === 'trusted')
        .map((upload) => upload.job),
    )) {
      const step = job.steps.find(restores)
      if (step === undefined) continue
      yield {
        place: step.place,
        message: `Job "${job.id}" restores a cache where ID tokens can be had. A run that anybody can start may have written it: what is in it becomes part of the release, or publishes.`,
        fix: 'Leave caches out of the job that publishes.',
      }
    }
  },
}

function restores({ action, inputs }: JobStep): boolean {
  const name = action?.name ?? ''
  if (
    /^(?:actions\/cache(?:\/restore)?|swatinem\/rust-cache|mozilla-actions\/sccache-action)$/.test(
      name,
    )
  )
    return true
  if (/^actions\/setup-(?:node|python|go|java|dotnet)$/.test(name))
    return (inputs.get('cache') ?? '') !== '' && inputs.get('cache') !== 'false'
  return name === 'astral-sh/setup-uv' && inputs.get('enable-cache') === 'true'
}
