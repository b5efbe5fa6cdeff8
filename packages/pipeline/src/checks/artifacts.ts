import { isExpression } from '../github/expressions.ts'
import type { Job, JobStep } from '../job.ts'
import type { Release } from '../release.ts'
import { child, entriesOf, textOf } from '../yaml/tree.ts'

/** A step of a job that keeps an artifact. */
export interface Kept {
  readonly job: Job
  readonly step: JobStep
  /** As written: the rows of a matrix have it in common unless it holds an expression. */
  readonly name: string
}

/** The jobs of a run of the job's workflow: itself, and all others. */
export function jobsOfRun({ pipeline }: Release, { entry }: Job): readonly Job[] {
  return [...pipeline.jobs, ...pipeline.otherJobs].filter((job) => job.entry === entry)
}

/** The jobs that must have ended before a job starts, itself included. */
export function jobsUntil(release: Release, job: Job): readonly Job[] {
  const all = new Map(jobsOfRun(release, job).map((one) => [one.id, one]))
  const found = new Set<Job>([job])
  for (const one of found) {
    for (const id of one.needs) {
      const before = all.get(id)
      if (before !== undefined) found.add(before)
    }
  }
  return [...found]
}

/** The steps of jobs that keep artifacts. */
export function keptBy(jobs: readonly Job[]): readonly Kept[] {
  return jobs.flatMap((job) =>
    job.steps
      .filter(({ action }) => action?.name === 'actions/upload-artifact')
      .map((step) => ({ job, step, name: textOf(child(step.tree, 'with', 'name')) ?? 'artifact' })),
  )
}

/** The steps of a job that fetch artifacts of its own run. */
export function fetchedBy({ steps }: Job): readonly JobStep[] {
  return steps.filter(
    ({ action, inputs }) =>
      action?.name === 'actions/download-artifact' &&
      !inputs.has('run-id') &&
      !inputs.has('repository'),
  )
}

/** Actions of which it is known that they keep no artifacts and put no files beside them. */
const HARMLESS =
  /^(?:actions\/(?:checkout|setup-[\w-]+|cache(?:\/\w+)?|(?:up|down)load-artifact|attest[\w-]*|create-github-app-token)|astral-sh\/setup-uv|pdm-project\/setup-pdm|snok\/install-poetry|step-security\/harden-runner|sigstore\/gh-action-sigstore-python|softprops\/action-gh-release|pypa\/(?:gh-action-pypi-publish|cibuildwheel|hatch)|docker\/setup-[\w-]+|dtolnay\/rust-toolchain|pyo3\/maturin-action)$/

/** Tells whether it is known of everything in a run what it does with artifacts. */
export function areKnown(jobs: readonly Job[]): boolean {
  return jobs.every(onlyHarmless) && !callsUnread(jobs)
}

/** Tells whether it is known of every action of a job. */
export function onlyHarmless({ steps }: Pick<Job, 'steps'>): boolean {
  const read = new Set(steps.map(({ inAction }) => `./${inAction}`))
  return steps.every(
    ({ action }) => action === undefined || read.has(action.name) || HARMLESS.test(action.name),
  )
}

/** Whether the workflow calls others that have not become jobs here. */
function callsUnread(jobs: readonly Job[]): boolean {
  const read = new Set(jobs.flatMap(({ source }) => source.callers.map((caller) => caller.job)))
  return jobs
    .flatMap(({ source }) => [source.workflow, ...source.callers.map((one) => one.workflow)])
    .flatMap((workflow) => entriesOf(child(workflow, 'jobs')))
    .some(([, tree]) => textOf(child(tree, 'uses')) !== undefined && !read.has(tree))
}

/** A folder as people write it: `./dist/` is `dist`, `.` is the checkout itself. Undefined where only a run knows it. */
export function folderOf(written: string): string | undefined {
  const folder = written
    .trim()
    .replace(/^\$\{\{\s*github\.workspace\s*\}\}\/?/, '')
    .replace(/^(?:\.\/)+/, '')
    .replace(/\/+$/, '')
  if (isExpression(folder) || /[*?[\]$~\n]|^\/|\.\./.test(folder)) return undefined
  return folder === '' ? '.' : folder
}

/** Tells whether one folder is within another. */
export function isWithin(inner: string, outer: string): boolean {
  return inner !== outer && (outer === '.' || inner.startsWith(`${outer}/`))
}
