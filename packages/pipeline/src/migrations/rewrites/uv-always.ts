import type { PublishStep } from '../../model.ts'
import { uploadsOf } from '../../release.ts'
import type { Rewrite } from '../migration.ts'
import { commandEdit } from './command-edit.ts'

/** uv says why an exchange failed only if it was told to make one. */
export const uvAlways: Rewrite = {
  id: 'uv-always',
  title: 'Writes `uv publish --trusted-publishing always`, so that a failed exchange says why.',
  *rewrite(release) {
    for (const upload of uploadsOf(release)) {
      const { step, credentials } = upload
      if (credentials === 'trusted' || credentials === 'unknown') continue
      const text = alwaysTrusted(step)
      const edits = text === step.text ? undefined : commandEdit(upload, text, release)
      if (edits === undefined) continue
      yield {
        place: step.place,
        sentence: '`uv publish` exchanges an ID token, and says why if it cannot.',
        edits,
      }
    }
  },
}

/** The command of a step with the flag that makes uv say why an exchange failed; as it is for other clients. */
export function alwaysTrusted({ client, args, text }: PublishStep): string {
  if (client !== 'uv' || args.some((arg) => arg.startsWith('--trusted-publishing'))) return text
  return text.replace(/\buv publish\b/, 'uv publish --trusted-publishing always')
}
