import { isExpression } from '../github/expressions.ts'
import type { Job } from '../job.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import { added } from './added.ts'
import { areKnown, fetchedBy, jobsOfRun, jobsUntil, keptBy } from './artifacts.ts'
import type { Check, Found } from './check.ts'

/** F28, F39: an artifact that is not there when the publishing job looks for it. */
export const artifactMissing: Check = {
  id: 'artifact-missing',
  title: 'an artifact that no job uploads, or none that the publish waits for',
  failures: ['F28', 'F39'],
  severity: 'error',
  *find(release) {
    if (release.pipeline.provider !== 'github') return
    for (const upload of uploadsOf(release)) yield* missing(upload, release)
  },
}

function* missing({ job }: TrustedUpload, release: Release): Iterable<Found> {
  const all = jobsOfRun(release, job)
  const kept = keptBy(all)
  // Workflows that are not read, actions that are not known and names that a run makes may bring it.
  if (kept.length === 0 || !areKnown(all)) return
  if (kept.some(({ step }) => isExpression(step.inputs.get('name') ?? ''))) return
  const before = new Set(jobsUntil(release, job))
  for (const { inputs, place, condition } of fetchedBy(job)) {
    const name = inputs.get('name')
    if (name === undefined || isExpression(name) || condition !== undefined) continue
    const makers = kept.filter(({ step }) => (step.inputs.get('name') ?? 'artifact') === name)
    const [maker] = makers
    if (maker === undefined) {
      const names = [
        ...new Set(kept.map(({ step }) => `"${step.inputs.get('name') ?? 'artifact'}"`)),
      ]
      yield {
        place,
        message: `No job of the run uploads an artifact "${name}" (those that are: ${names.join(', ')}): "Unable to download artifact(s): Artifact not found for name: ${name}".`,
        fix: 'Write the name that the upload has.',
      }
    } else if (!makers.some((one) => before.has(one.job))) {
      yield {
        ...(job.needs.length > 0 && { severity: 'warning' as const }),
        place,
        message: `Job "${job.id}" does not wait for "${maker.job.id}", which uploads the artifact "${name}": it looks before the artifact is there, "Artifact not found for name: ${name}".`,
        fix: `Add \`needs: ${idOf(maker.job)}\` to the job.`,
        ...(sameFile(job, maker.job) &&
          added(release, job.source.job, [`needs: ${idOf(maker.job)}`], { before: 'runs-on' })),
      }
    }
  }
}

/** The key of a job in its file. */
function idOf({ id }: Job): string {
  return id.split('/').at(-1) ?? id
}

function sameFile(job: Job, other: Job): boolean {
  return job.source.workflow === other.source.workflow
}
