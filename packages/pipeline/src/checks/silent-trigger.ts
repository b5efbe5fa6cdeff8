import type { PublishJob, PublishStep } from '../model.ts'
import { hostOf } from '../publishers/registries.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import type { Check, Found } from './check.ts'
import { type ReleaseMaker, releaseMakers } from './release-makers.ts'
import { isTagged, startsOf } from './starts.ts'

/** F20: what the token of a run makes starts no other run. */
export const silentTrigger: Check = {
  id: 'silent-trigger',
  title: 'a publish that waits for a release or a tag which GITHUB_TOKEN makes',
  failures: ['F20'],
  severity: 'error',
  *find(release) {
    if (release.pipeline.provider !== 'github') return
    const makers = releaseMakers(release)
    if (makers.length === 0 || dispatches(release)) return
    const uploads = uploadsOf(release)
    const judged = new Set<PublishJob>()
    for (const upload of uploads) {
      const { job, step } = upload
      if (judged.has(job) || !waits(job, step)) continue
      judged.add(job)
      if (uploads.some((other) => standsIn(other, upload))) continue
      const maker = makers.find((one) => one.job.entry !== job.entry && isAwaited(one, job, step))
      if (maker !== undefined) yield finding(job, step, maker)
    }
  },
}

/** Whether nothing but releases, tags and people start it. */
function waits(job: PublishJob, step: PublishStep): boolean {
  const starts = startsOf(job, step).filter(({ event }) => event !== 'workflow_dispatch')
  return starts.length > 0 && starts.every(isTagged)
}

/** A tool that was pushed a tag to makes the release, but not the tag; a draft is published by a person. */
function isAwaited({ onlyRelease, draft }: ReleaseMaker, job: PublishJob, step: PublishStep) {
  const starts = startsOf(job, step)
  const byRelease = starts.some(({ event }) => event === 'release')
  const byTag = starts.some(({ event }) => event === 'push' || event === 'create')
  return !draft && (byTag ? !onlyRelease : byRelease)
}

/** Another job, or the same by way of another workflow, uploads what this one waits for. */
function standsIn(other: TrustedUpload, { job, step, registry }: TrustedUpload): boolean {
  if (other.job === job || waits(other.job, other.step)) return false
  const same = other.step.packages.some((one) => step.packages.includes(one))
  return (
    other.job.source.job === job.source.job || (same && hostOf(other.registry) === hostOf(registry))
  )
}

/** Whether some run starts workflows by name, which GitHub lets its token do. */
function dispatches({ pipeline }: Release): boolean {
  return [...pipeline.jobs, ...pipeline.otherJobs].some(({ steps }) =>
    steps.some(
      ({ action, commands, inputs }) =>
        /workflow-dispatch|repository-dispatch/.test(action?.name ?? '') ||
        /createWorkflowDispatch|createDispatchEvent/.test(inputs.get('script') ?? '') ||
        commands.some(({ text }) => /gh workflow run|\/dispatches\b/.test(text)),
    ),
  )
}

function finding(
  job: PublishJob,
  step: PublishStep,
  { step: by, what, alone }: ReleaseMaker,
): Found {
  const byHand = startsOf(job, step).some(({ event }) => event === 'workflow_dispatch')
  const unless = byHand
    ? ' unless a person starts it'
    : alone
      ? ''
      : ' unless a person makes the release'
  return {
    ...((byHand || !alone) && { severity: 'warning' as const }),
    place: job.place,
    message: `Job "${job.id}" waits for a release or a tag, and ${what} (${by.place.file}:${by.place.line}) makes it with the token of its run: GitHub starts no workflow for what that token does, so this job never runs${unless}.`,
    fix: 'Publish in the same workflow, in a job with `needs:` on the one that makes the release; or start this one with `gh workflow run` (`actions: write`, `workflow_dispatch`); or give the release a token of an app.',
  }
}
