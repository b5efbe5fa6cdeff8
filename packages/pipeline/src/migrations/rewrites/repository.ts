import { repositoryField } from '../../checks/repository-field.ts'
import type { Rewrite } from '../migration.ts'

/** npmjs.com compares `repository` with the provenance that comes with trusted publishing. */
export const repository: Rewrite = {
  id: 'repository',
  title:
    'Writes a missing `repository` into package.json, which npmjs.com compares with the provenance.',
  *rewrite(release) {
    for (const { place, edits, message, fix } of repositoryField.find(release)) {
      if (edits === undefined) yield { place, sentence: `${message} ${fix}` }
      else
        yield {
          place,
          sentence: `${place.file} names the repository, which npmjs.com compares with the provenance.`,
          edits,
        }
    }
  },
}
