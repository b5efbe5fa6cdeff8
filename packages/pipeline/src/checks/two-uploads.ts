import type { PublishStep } from '../model.ts'
import { uploadsOf } from '../release.ts'
import { child, textOf } from '../yaml/tree.ts'
import { attests } from './attestations.ts'
import type { Check } from './check.ts'

/** F26: the second upload of a job finds the attestations of the first. */
export const twoUploads: Check = {
  id: 'two-uploads',
  title: 'two uploads with attestations in one job, as to TestPyPI and then to PyPI',
  failures: ['F26'],
  severity: 'error',
  *find(release) {
    const uploads = uploadsOf(release).filter(({ step }) => attests(step))
    for (const { job, step } of uploads) {
      const earlier = uploads.find(
        (other) =>
          other.job === job &&
          other.step !== step &&
          isBefore(other.step, step) &&
          folder(other.step) === folder(step),
      )
      if (earlier === undefined) continue
      const conditional = [step, earlier.step].some(
        ({ within }) => textOf(child(within, 'if')) !== undefined,
      )
      yield {
        ...(conditional && { severity: 'warning' as const }),
        place: step.place,
        message: `Job "${job.id}" has uploaded ${folder(step)}/ before, with attestations that lie beside the files now: "The following distributions already have publish attestations", and this upload fails.`,
        fix: 'Upload to each index in a job of its own that downloads the artifact, or set `attestations: false` for the first.',
      }
    }
  },
}

function isBefore(a: PublishStep, b: PublishStep): boolean {
  return a.place.file === b.place.file && a.place.line < b.place.line
}

function folder({ within }: PublishStep): string {
  const inputs = child(within, 'with')
  return (
    textOf(child(inputs, 'packages-dir')) ??
    textOf(child(inputs, 'packages_dir')) ??
    'dist'
  ).replace(/\/+$/, '')
}
