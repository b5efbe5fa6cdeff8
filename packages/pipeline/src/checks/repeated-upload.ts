import { type TrustedUpload, uploadsOf } from '../release.ts'
import { child, textOf } from '../yaml/tree.ts'
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
  if (
    step.args.includes('--skip-existing') ||
    step.args.some((arg) => arg.startsWith('--check-url'))
  )
    return false
  // Rows that differ in what they build or where they publish.
  const before = stepsBefore(job, step)
  const same = job.publishes.filter(({ within }) => within === step.within).length === 1
  const differs = [...before, own].some(
    ({ tree, action }) =>
      /matrix\b/.test(
        [textOf(child(tree, 'run')), textOf(child(tree, 'working-directory'))].join(' '),
      ) || /download-artifact|cibuildwheel|maturin/.test(action?.name ?? ''),
  )
  if (!same || differs || /matrix\./.test(textOf(child(job.source.job, 'if')) ?? '')) return false
  if (step.ecosystem === 'npm') return step.client === 'npm'
  const built =
    /--build\b/.test(step.text) ||
    [...before, own].some(({ commands }) =>
      commands.some(({ words }) => BUILDS.test(words.join(' '))),
    )
  return built
}
