import { setJsonMember } from '../../edits/json-edits.ts'
import type { Rewrite } from '../migration.ts'
import { knownUploads } from './known.ts'

/** release-it asks who is logged in, which an ID token cannot answer. */
export const releaseIt: Rewrite = {
  id: 'release-it',
  title: 'Keeps release-it from asking npm who is logged in (`npm.skipChecks`).',
  *rewrite(release) {
    for (const { step } of knownUploads(release)) {
      if (step.client !== 'release-it') continue
      const own = release.source('.release-it.json')
      const manifest = release.source('package.json')
      const [source, path] =
        own !== undefined ? ([own, []] as const) : ([manifest, ['release-it']] as const)
      if (source === undefined || /"skipChecks"\s*:\s*true/.test(source.text)) continue
      const inside = setJsonMember(source, [...path, 'npm'], 'skipChecks', true)
      const edit = inside ?? setJsonMember(source, path, 'npm', { skipChecks: true })
      if (edit === undefined) {
        yield {
          place: step.place,
          sentence:
            'Set `npm.skipChecks: true` in the configuration of release-it: it asks npm who is logged in, and nobody is.',
        }
        continue
      }
      yield {
        place: { file: source.file, line: 1, column: 1 },
        sentence: 'release-it does not ask npm who is logged in any more.',
        edits: [edit],
      }
    }
  },
}
