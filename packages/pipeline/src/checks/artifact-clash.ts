import { isActionBelow } from '../github/action-use.ts'
import { isExpression } from '../github/expressions.ts'
import type { Job } from '../job.ts'
import { type Release, uploadsOf } from '../release.ts'
import { child, textOf } from '../yaml/tree.ts'
import { jobsUntil, type Kept, keptBy } from './artifacts.ts'
import type { Check, Found } from './check.ts'

/** F28: since version 4 an artifact is written once, and two jobs want to. */
export const artifactClash: Check = {
  id: 'artifact-clash',
  title: 'an artifact of one name that several jobs, or rows of a matrix, upload',
  failures: ['F28'],
  severity: 'error',
  *find(release) {
    if (release.pipeline.provider !== 'github') return
    for (const jobs of runsOf(release)) {
      if (jobs.some(deletes)) continue
      const kept = keptBy(jobs).filter(writesOnce)
      for (const one of kept) {
        const found = byRows(one) ?? byTwo(one, kept)
        if (found !== undefined) yield found
      }
    }
  },
}

/** The jobs that the publishes of each workflow wait for, and those that publish: what stops one of them stops a publish. */
function runsOf(release: Release): Iterable<readonly Job[]> {
  const runs = new Map<string, Set<Job>>()
  for (const { job } of uploadsOf(release)) {
    runs.set(job.entry, new Set([...(runs.get(job.entry) ?? []), ...jobsUntil(release, job)]))
  }
  return [...runs.values()].map((jobs) => [...jobs])
}

function deletes({ steps }: Job): boolean {
  return steps.some(({ action }) => /delete-artifact/.test(action?.name ?? ''))
}

function writesOnce({ name, step, job }: Kept): boolean {
  const { action, inputs, condition, tree } = step
  return (
    action?.version !== undefined &&
    !isActionBelow(action, [4]) &&
    !isExpression(name) &&
    condition === undefined &&
    inputs.get('overwrite') !== 'true' &&
    ![tree, job.source.job].some(
      (one) => (textOf(child(one, 'continue-on-error')) ?? 'false') !== 'false',
    )
  )
}

function byRows({ job, step, name }: Kept): Found | undefined {
  if (job.rows < 2) return undefined
  // A row that has built nothing uploads nothing.
  const uneven = job.steps.some(({ condition }) => condition?.includes('matrix.'))
  return {
    ...(uneven && { severity: 'warning' as const }),
    place: step.place,
    message: `Job "${job.id}" runs ${job.rows} times, and each uploads an artifact "${name}": all but the first end with "Conflict: an artifact with this name already exists on the workflow run".`,
    fix: `Put the row into the name, e.g. \`dist-\${{ matrix.os }}\`, and download with \`pattern:\` and \`merge-multiple: true\`.`,
  }
}

function byTwo(one: Kept, all: readonly Kept[]): Found | undefined {
  const other = all.find(
    ({ name, step }) =>
      name === one.name && step.tree !== one.step.tree && isBefore(step.place, one.step.place),
  )
  if (other === undefined) return undefined
  const sometimes = [one.job, other.job].some(isConditional)
  return {
    ...(sometimes && { severity: 'warning' as const }),
    place: one.step.place,
    message: `The jobs "${other.job.id}" and "${one.job.id}" both upload an artifact "${one.name}": the second ends with "Conflict: an artifact with this name already exists on the workflow run".`,
    fix: 'Give each a name of its own, e.g. `dist-sdist` and `dist-wheels`, and download with `pattern: dist-*` and `merge-multiple: true`.',
  }
}

function isBefore(a: Kept['step']['place'], b: Kept['step']['place']): boolean {
  return a.file === b.file ? a.line < b.line : a.file < b.file
}

function isConditional({ source }: Job): boolean {
  return [source.job, ...source.callers.map(({ job }) => job)].some(
    (tree) => child(tree, 'if') !== undefined,
  )
}
