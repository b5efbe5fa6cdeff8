import { isActionBelow } from '../github/action-use.ts'
import { type TrustedUpload, uploadsOf } from '../release.ts'
import type { Check, Found } from './check.ts'

/** F27: gh-action-pypi-publish is a container, and cannot run everywhere. */
export const actionPlace: Check = {
  id: 'action-place',
  title: 'gh-action-pypi-publish where a container action cannot run',
  failures: ['F27'],
  severity: 'error',
  *find(release) {
    for (const upload of uploadsOf(release)) {
      if (upload.step.action?.name !== 'pypa/gh-action-pypi-publish') continue
      const found = judged(upload)
      if (found !== undefined) yield found
    }
  },
}

function judged({ job, step }: TrustedUpload): Found | undefined {
  const labels = job.runners.flatMap((runner) => (runner.known ? (runner.value ?? []) : []))
  const other = labels.find((label) => /^(?:macos|windows)-/i.test(label))
  const everywhere =
    other !== undefined && labels.every((label) => /^(?:macos|windows)-/i.test(label))
  const traced = job.steps.find(({ tree }) => tree === step.within)
  if (other !== undefined) {
    return {
      // Some row of the matrix may be kept from it by a condition.
      ...(!(everywhere && traced?.condition === undefined) && { severity: 'warning' as const }),
      place: step.place,
      message: `Job "${job.id}" runs on ${other}: "Container action is only supported on Linux".`,
      fix: 'Publish in a job on ubuntu-latest that downloads what the others have built.',
    }
  }
  if (traced?.inAction !== undefined && !isOld(step)) {
    return {
      ...(step.action?.version === undefined && { severity: 'warning' as const }),
      place: step.place,
      message: `The action is used in the composite action ./${traced.inAction}, where it takes this repository for its own and looks for its image there: "Unable to find image 'ghcr.io/…' locally".`,
      fix: 'Use it in the job itself.',
    }
  }
  if (job.image === undefined) return undefined
  return {
    severity: 'warning',
    place: step.place,
    message: `Job "${job.id}" runs in a container, where the action is not supported: it may not find the files that it is to upload.`,
    fix: 'Publish in a job without `container:` that downloads what this one has built.',
  }
}

/** Up to 1.11 it was built where it was used, and ran in composite actions. */
function isOld({ action }: TrustedUpload['step']): boolean {
  return action !== undefined && isActionBelow(action, [1, 12])
}
