import { attests } from '../../checks/attestations.ts'
import { twoUploads } from '../../checks/two-uploads.ts'
import { insertKeys } from '../../edits/yaml-edits.ts'
import { hostOf } from '../../publishers/registries.ts'
import { uploadsOf } from '../../release.ts'
import { child, isMap } from '../../yaml/tree.ts'
import type { Rewrite } from '../migration.ts'

/** Attestations that one upload leaves beside the files keep the next from uploading them. */
export const attestOnce: Rewrite = {
  id: 'attest-once',
  title:
    'Lets only the upload to PyPI make attestations, where the same job uploads to TestPyPI before.',
  *rewrite(release) {
    const lines = new Set(
      [...twoUploads.find(release)].map(({ place }) => `${place.file}:${place.line}`),
    )
    if (lines.size === 0) return
    for (const { job, step, registry } of uploadsOf(release)) {
      const later = job.publishes.some(
        ({ place }) => lines.has(`${place.file}:${place.line}`) && place.line > step.place.line,
      )
      if (!later || !attests(step)) continue
      const source = release.source(step.place.file)
      const inputs = child(step.within, 'with')
      const edit =
        source === undefined
          ? undefined
          : isMap(inputs)
            ? insertKeys(source, inputs, ['attestations: false'])
            : insertKeys(source, step.within, ['with:', '  attestations: false'], { after: 'uses' })
      const what = `The upload to ${hostOf(registry)} in job "${job.id}"`
      if (edit === undefined) {
        yield {
          place: step.place,
          sentence: `${what} leaves attestations that keep the next one from uploading: give it \`attestations: false\`, or a job of its own.`,
        }
        continue
      }
      yield {
        place: step.place,
        sentence: `${what} makes no attestations: they would keep the next one from uploading the same files.`,
        edits: [edit],
      }
    }
  },
}
