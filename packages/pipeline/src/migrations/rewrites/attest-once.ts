import { certainlyAttests } from '../../checks/attestations.ts'
import { twoUploads } from '../../checks/two-uploads.ts'
import { insertKeys } from '../../edits/yaml-edits.ts'
import { hostOf } from '../../publishers/registries.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'
import { child, isMap } from '../../yaml/tree.ts'
import type { Rewrite } from '../migration.ts'

/** No attestations where they would end the release. */
export const attestOnce: Rewrite = {
  id: 'attest-once',
  title:
    'Makes no attestations where they would end the release: before a second upload of the same files, and in a called workflow.',
  *rewrite(release) {
    const second = secondUploads(release)
    for (const upload of uploadsOf(release)) {
      const { job, step, registry } = upload
      // What nothing names the version of has worked as it is, or was raised before.
      const why = certainlyAttests(step) ? whyNone(upload, second) : undefined
      if (why === undefined) continue
      const source = release.source(step.place.file)
      const inputs = child(step.within, 'with')
      const edit =
        source === undefined
          ? undefined
          : isMap(inputs)
            ? insertKeys(source, inputs, ['attestations: false'])
            : insertKeys(source, step.within, ['with:', '  attestations: false'], { after: 'uses' })
      const what = `The upload to ${hostOf(registry)} in job "${job.id}"`
      yield edit === undefined
        ? { place: step.place, sentence: `${what} needs \`attestations: false\`: ${why}.` }
        : {
            place: step.place,
            sentence: `${what} makes no attestations: ${why}.`,
            edits: [edit],
          }
    }
  },
}

/** The lines of uploads that find the attestations of an earlier one beside the files. */
function secondUploads(release: Release): ReadonlySet<string> {
  return new Set([...twoUploads.find(release)].map(({ place }) => `${place.file}:${place.line}`))
}

function whyNone(
  { job, step, credentials }: TrustedUpload,
  second: ReadonlySet<string>,
): string | undefined {
  const isBefore = job.publishes.some(
    ({ place }) => second.has(`${place.file}:${place.line}`) && place.line > step.place.line,
  )
  if (isBefore) return 'they would keep the next one from uploading the same files'
  if (credentials !== 'trusted' || job.file === job.entry) return undefined
  return `PyPI compares the called file, ${job.file}, the attestation would name ${job.entry}, and PyPI would refuse it when the files are up. To have attestations, publish in a job of ${job.entry} itself`
}
