import type { Edit } from '../edits/edit.ts'
import type { Release } from '../release.ts'

/** Why a file of GitLab that takes inputs is not to be edited; undefined where its text says what runs. */
export function whyPutTogether(
  { file, start, end }: Edit,
  { pipeline, source }: Release,
): string | undefined {
  if (pipeline.provider !== 'gitlab') return undefined
  const remedy = 'Give its jobs `id_tokens:` and take the token out by hand'
  const lines = [...pipeline.jobs, ...pipeline.otherJobs]
    .map((job) => job.source.written.place)
    .filter((place) => place.file === file)
    .map(({ line }) => line)
  if (new Set(lines).size < lines.length) {
    return `it is included several times with other inputs, and an edit for one of its jobs would change the others. ${remedy}`
  }
  return source(file)?.text.slice(start, end).includes('$[[')
    ? `what would be changed in it is put together of inputs. ${remedy}`
    : undefined
}
