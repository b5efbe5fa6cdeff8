import { sharingIdToken } from '../../checks/gitlab-one-exchange.ts'
import { readsVault } from '../../credentials.ts'
import type { Edit } from '../../edits/edit.ts'
import { insertItem, replacePart } from '../../edits/yaml-edits.ts'
import { extendsUnread } from '../../gitlab/merge.ts'
import type { ClientId } from '../../model.ts'
import { isElsewhere } from '../../publishers/needed.ts'
import { type Release, type TrustedUpload, uploadsOf } from '../../release.ts'
import type { Rewrite } from '../migration.ts'
import { commandEdit, listsIn } from './command-edit.ts'
import { isOfOldPython } from './python-client.ts'
import { alwaysTrusted } from './uv-always.ts'

/** The variables that a client takes before it exchanges an ID token. */
export const SHADOWING: Partial<Readonly<Record<ClientId, readonly string[]>>> = {
  twine: ['TWINE_USERNAME', 'TWINE_PASSWORD'],
  uv: ['UV_PUBLISH_TOKEN', 'UV_PUBLISH_USERNAME', 'UV_PUBLISH_PASSWORD'],
  yarn: ['YARN_NPM_AUTH_TOKEN'],
}

/**
 * A stored token that no file names is in a variable of the settings, which reaches the job whatever the file says
 * under `variables:`; only the shell can take it away.
 */
export const gitlabUnset: Rewrite = {
  id: 'gitlab-unset',
  title:
    "GitLab: unsets the variables of the project's settings that a client would take for its token.",
  *rewrite(release) {
    if (release.pipeline.provider !== 'gitlab' || isElsewhere(release.pipeline)) return
    for (const upload of uploadsOf(release)) {
      const { job, step, credentials } = upload
      const names = SHADOWING[step.client]
      const isOpen = credentials === 'unknown' && !job.idToken.granted && !readsVault(job)
      if (names === undefined || !isOpen || unsets(job, names)) continue
      if (extendsUnread(job.source.written, job.source.workflow)) continue
      if (isOfOldPython(step) || sharingIdToken(upload, release).length > 0) continue
      const edits = editsFor(upload, names, release)
      if (edits === undefined) continue
      yield {
        place: step.place,
        sentence: `\`unset ${names.join(' ')}\` before \`${step.text}\`: no file says where it has its token from, so the settings of the project do, and ${step.client} would go on taking that.`,
        edits,
      }
    }
  },
}

/** Tells whether a job takes variables away before it publishes. */
export function unsets({ steps }: TrustedUpload['job'], names: readonly string[]): boolean {
  return steps.some(({ commands }) =>
    commands.some(
      ({ words }) => words[0] === 'unset' && names.every((name) => words.includes(name)),
    ),
  )
}

const WHY = "# Variables of the project's settings would be taken before the ID token."

function editsFor(
  upload: TrustedUpload,
  names: readonly string[],
  release: Release,
): readonly Edit[] | undefined {
  const { step, job } = upload
  const { within, text } = step
  const source = release.source(within.place.file)
  if (source === undefined) return undefined
  const unset = `unset ${names.join(' ')}`
  const publish = alwaysTrusted(step)
  if (within.block !== undefined) {
    const edit = replacePart(source, within, text, `${WHY}\n${unset}\n${publish}`)
    return edit && [edit]
  }
  const changed = publish === text ? [] : commandEdit(upload, publish, release)
  for (const list of listsIn(job.source.workflow)) {
    const edit = insertItem(source, list, [WHY, `- ${unset}`], within)
    if (edit !== undefined) return changed && [edit, ...changed]
  }
  return undefined
}
