import type { Edit } from '../../edits/edit.ts'
import { insertKeys, keysIn } from '../../edits/yaml-edits.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'
import { child, isMap, textOf } from '../../yaml/tree.ts'
import type { Rewrite } from '../migration.ts'

/** What stands in the place of a token that a program wants to see and nobody uses. */
export const STAND_IN = 'unused'

/** Programs that end without NPM_TOKEN, although the npm that they run takes the exchanged token before it. */
export const gitlabStandIn: Rewrite = {
  id: 'gitlab-stand-in',
  title: 'GitLab: gives auto and changesets-gitlab a word for the NPM_TOKEN that they insist on.',
  *rewrite(release) {
    if (release.pipeline.provider !== 'gitlab') return
    for (const upload of uploadsOf(release)) {
      const program = insisting(upload)
      if (program === undefined) continue
      const { job } = upload
      const place = job.place
      const value = valueFor(upload)
      if (value === STAND_IN) {
        yield {
          place,
          sentence: `NPM_TOKEN of job "${job.id}" is the word "${STAND_IN}": ${program} ends without the variable, and npm takes the exchanged token before what it holds. Rehearse this release before you rely on it. An NPM_TOKEN in the settings of the project counts more: delete it after the first release.`,
        }
      }
      if (value !== undefined) continue
      const edit = editFor(upload, release)
      const sentence = `Job "${job.id}" sets NPM_TOKEN to the word "${STAND_IN}": ${program} ends without the variable, and once it is deleted from the settings nothing else sets it.`
      yield edit === undefined
        ? {
            place,
            sentence: `Set NPM_TOKEN to the word "${STAND_IN}" under \`variables:\` of job "${job.id}": ${program} ends without it.`,
          }
        : { place, sentence, edits: [edit] }
    }
  },
}

/** The program of an upload that insists on NPM_TOKEN. */
export function insisting({ job, step }: TrustedUpload): string | undefined {
  if (step.client === 'auto') return 'auto'
  const name = 'changesets-gitlab'
  const own = job.steps.find(({ tree }) => tree === step.within)
  return own?.commands.some(({ words }) => words.includes(name)) ? name : undefined
}

function valueFor({ job: { source } }: TrustedUpload): string | undefined {
  const found = [source.job, source.workflow]
    .map((tree) => child(tree, 'variables', 'NPM_TOKEN'))
    .find((variable) => variable !== undefined)
  return textOf(found) ?? textOf(child(found, 'value'))
}

function editFor({ job: { source } }: TrustedUpload, release: Release): Edit | undefined {
  const line = `NPM_TOKEN: ${STAND_IN}`
  const own = child(source.written, 'variables')
  const file = release.source((own ?? source.written).place.file)
  if (isMap(own)) return file && insertKeys(file, own, [line])
  const keys = keysIn(source.written)
  const before = ['id_tokens', 'before_script', 'script'].find((key) => keys.includes(key))
  const position = before === undefined ? 'end' : { before }
  return file && insertKeys(file, source.written, ['variables:', `  ${line}`], position)
}
