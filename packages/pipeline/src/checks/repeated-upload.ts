import type { JobStep } from '../job.ts'
import type { PublishJob } from '../model.ts'
import { type TrustedUpload, uploadsOf } from '../release.ts'
import { entriesOf, itemsOf, type Tree, textOf } from '../yaml/tree.ts'
import type { Check } from './check.ts'
import { stepOf, stepsBefore } from './step-of.ts'

/** F28: every row of a matrix uploads the same version. */
export const repeatedUpload: Check = {
  id: 'repeated-upload',
  title: 'a publish of the same files in every row of a matrix',
  failures: ['F28'],
  severity: 'warning',
  *find(release) {
    if (release.pipeline.provider !== 'github') return
    for (const upload of uploadsOf(release)) {
      const { job, step } = upload
      if (!isRepeated(upload)) continue
      yield {
        place: step.place,
        message: `Job "${job.id}" runs ${job.rows} times, and each uploads the same version: the first one publishes, the others end with ${
          step.ecosystem === 'npm'
            ? '"403 You cannot publish over the previously published versions"'
            : '"400 File already exists"'
        }.`,
        fix: "Publish in a job without a matrix that waits for this one, or in one row: `if: matrix.python-version == '3.13'`.",
      }
    }
  },
}

const BUILDS =
  /^(?:build|python3? -m build|pyproject-build|(?:uv|poetry|hatch|flit|pdm|rye) build|python3? setup\.py .*sdist)\b/

function isRepeated({ job, step }: TrustedUpload): boolean {
  const own = stepOf(job, step)
  if (job.rows < 2 || own === undefined || own.condition !== undefined) return false
  if (step.args.some((arg) => /^--(?:skip-existing|check-url)\b/.test(arg))) return false
  const steps = [...stepsBefore(job, step), own]
  const fetches = steps.some(({ action }) =>
    /download-artifact|cibuildwheel|maturin/.test(action?.name ?? ''),
  )
  if (fetches || differs(job, steps)) return false
  const built = steps.some(({ commands }) =>
    commands.some(({ words }) => BUILDS.test(words.join(' '))),
  )
  return step.ecosystem === 'npm' ? step.client === 'npm' : built || /--build\b/.test(step.text)
}

/** Whether rows differ in more than the versions of what they run on. */
function differs({ source }: PublishJob, steps: readonly JobStep[]): boolean {
  const around = entriesOf(source.job).filter(
    ([key]) => !['strategy', 'runs-on', 'name', 'steps'].includes(key),
  )
  const own = steps
    .filter(({ action }) => !/^actions\/setup-|setup-uv$/.test(action?.name ?? ''))
    .flatMap(({ tree }) => entriesOf(tree).filter(([key]) => key !== 'name'))
  return [...around, ...own].some(([, tree]) => mentions(tree))
}

function mentions(tree: Tree): boolean {
  const text = textOf(tree)
  if (text !== undefined) return /\bmatrix\b/.test(text)
  return [...entriesOf(tree).map(([, value]) => value), ...itemsOf(tree)].some(mentions)
}
