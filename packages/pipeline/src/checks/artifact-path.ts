import { isActionBelow } from '../github/action-use.ts'
import { isExpression } from '../github/expressions.ts'
import type { Job } from '../job.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../release.ts'
import { child, textOf } from '../yaml/tree.ts'
import type { Check, Found } from './check.ts'

/** F28, F39: an artifact that lands where nobody looks for it, or that two jobs want to write. */
export const artifactPath: Check = {
  id: 'artifact-path',
  title: 'distributions that are downloaded to another folder than the one that is uploaded',
  failures: ['F28', 'F39'],
  severity: 'error',
  *find(release) {
    for (const upload of uploadsOf(release)) {
      if (upload.step.action?.name === 'pypa/gh-action-pypi-publish')
        yield* misplaced(upload, release)
    }
    for (const job of buildingJobs(release)) yield* overwritten(job)
  },
}

/** Without `path:` an artifact of one folder is unpacked into the checkout itself. */
function* misplaced({ job, step }: TrustedUpload, release: Release): Iterable<Found> {
  const folder = (
    textOf(child(step.within, 'with', 'packages-dir')) ??
    textOf(child(step.within, 'with', 'packages_dir')) ??
    'dist'
  ).replace(/^\.\/|\/+$/g, '')
  const downloads = job.steps.filter(({ action }) => action?.name === 'actions/download-artifact')
  const [download, second] = downloads
  if (
    download === undefined ||
    second !== undefined ||
    job.steps.some(({ commands }) => commands.length > 0)
  )
    return
  const name = download.inputs.get('name')
  if (name === undefined || download.inputs.has('path')) return
  const uploaded = buildingJobs(release)
    .flatMap(({ steps }) => steps)
    .find(
      ({ action, inputs }) =>
        action?.name === 'actions/upload-artifact' && inputs.get('name') === name,
    )
  const path = (uploaded?.inputs.get('path') ?? '').trim().replace(/^\.\//, '')
  // The least common folder of what is uploaded is left out.
  const isFolder =
    path !== '' && !path.includes('\n') && (path === folder || path.startsWith(`${folder}/`))
  if (!isFolder || folder === '.') return
  yield {
    place: download.place,
    message: `The artifact "${name}" holds what is in ${folder}/, and without \`path:\` it is unpacked into the checkout itself: ${folder}/ is not there, "Cannot find file (or expand pattern): '${folder}/*'".`,
    fix: `Add \`path: ${folder}/\` to the download.`,
  }
}

/** Since version 4 an artifact is written once. */
function* overwritten(job: Job): Iterable<Found> {
  if (job.rows < 2) return
  const steps = job.steps.filter(
    (step) =>
      step.action?.name === 'actions/upload-artifact' &&
      !isActionBelow(step.action, [4]) &&
      step.condition === undefined,
  )
  for (const step of steps) {
    const written = textOf(child(step.tree, 'with', 'name')) ?? 'artifact'
    if (
      isExpression(written) ||
      step.inputs.get('overwrite') === 'true' ||
      step.action?.version === undefined
    )
      continue
    yield {
      place: step.place,
      message: `Job "${job.id}" runs ${job.rows} times, and each uploads an artifact "${written}": all but the first end with "Conflict: an artifact with this name already exists on the workflow run".`,
      fix: `Put the row into the name, e.g. \`dist-\${{ matrix.os }}\`, and download with \`pattern:\` and \`merge-multiple: true\`.`,
    }
    return
  }
}

function buildingJobs({ pipeline }: Release): readonly Job[] {
  return pipeline.provider === 'github' ? [...pipeline.jobs, ...pipeline.otherJobs] : []
}
