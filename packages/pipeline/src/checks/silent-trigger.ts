import type { Job, JobStep, Trigger } from '../job.ts'
import type { Release } from '../release.ts'
import { uploadsOf } from '../release.ts'
import { child, textOf } from '../yaml/tree.ts'
import type { Check, Found } from './check.ts'

/** F20: what the token of a run makes starts no other run. */
export const silentTrigger: Check = {
  id: 'silent-trigger',
  title: 'a publish that waits for a release or a tag which GITHUB_TOKEN makes',
  failures: ['F20'],
  severity: 'error',
  *find(release) {
    if (release.pipeline.provider !== 'github') return
    for (const job of new Set(uploadsOf(release).map((upload) => upload.job))) {
      if (!job.triggers.every(waits)) continue
      const maker = makers(release, job).at(0)
      if (maker === undefined) continue
      yield finding(job, maker)
    }
  },
}

interface Maker {
  readonly job: Job
  readonly step: JobStep
  readonly what: string
  /** Nothing else makes releases where this tool does. */
  readonly alone: boolean
}

/** Events that a run with the token of another one does not cause. */
function waits({ event, tags }: Trigger): boolean {
  return event === 'release' || event === 'create' || (event === 'push' && tags !== undefined)
}

function makers({ pipeline }: Release, waiting: Job): readonly Maker[] {
  return [...pipeline.jobs, ...pipeline.otherJobs]
    .filter((job) => job.entry !== waiting.entry)
    .flatMap((job) => job.steps.flatMap((step) => madeBy(step, job) ?? []))
}

function madeBy(step: JobStep, job: Job): Maker | undefined {
  const name = step.action?.name ?? ''
  if (/^(?:googleapis|google-github-actions)\/release-please-action$/.test(name)) {
    return usesRunToken(step, 'token') ? { job, step, what: name, alone: true } : undefined
  }
  if (
    /^(?:softprops\/action-gh-release|ncipollo\/release-action|actions\/create-release)$/.test(name)
  ) {
    const draft = step.inputs.get('draft') === 'true'
    return !draft && usesRunToken(step, 'token')
      ? { job, step, what: name, alone: false }
      : undefined
  }
  const command = step.commands.find(
    ({ words }) => words.slice(0, 3).join(' ') === 'gh release create',
  )
  if (command === undefined || command.words.includes('--draft')) return undefined
  const token =
    step.variables.get('GH_TOKEN')?.value ?? step.variables.get('GITHUB_TOKEN')?.value ?? ''
  return isRunToken(token) ? { job, step, what: '`gh release create`', alone: false } : undefined
}

function usesRunToken({ inputs, variables, tree }: JobStep, input: string): boolean {
  const given =
    inputs.get(input) ??
    textOf(child(tree, 'with', 'github_token')) ??
    variables.get('GITHUB_TOKEN')?.value
  return given === undefined || isRunToken(given)
}

function isRunToken(text: string): boolean {
  return /^\$\{\{\s*(?:secrets\.GITHUB_TOKEN|github\.token)\s*\}\}$/.test(text)
}

function finding(job: Job, { step, what, alone }: Maker): Found {
  return {
    ...(!alone && { severity: 'warning' as const }),
    place: job.place,
    message: `Job "${job.id}" waits for a release or a tag, and ${what} (${step.place.file}:${step.place.line}) makes it with the token of its run: GitHub starts no workflow for what that token does, so this job never runs${alone ? '' : ' unless a person makes the release'}.`,
    fix: 'Publish in the same workflow, in a job with `needs:` on the one that makes the release; or start this one with `gh workflow run` (`actions: write`, `workflow_dispatch`); or give the release a token of an app.',
  }
}
