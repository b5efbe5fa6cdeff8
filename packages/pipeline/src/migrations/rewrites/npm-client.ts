import type { Release, TrustedUpload } from '../../release.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { commandEdit } from './command-edit.ts'
import { knownUploads } from './known.ts'
import { insteadOfBun, insteadOfYarn } from './npm-command.ts'

/** npm in the place of clients that have no trusted publishing. */
export const npmClient: Rewrite = {
  id: 'npm-client',
  title: 'Publishes with npm in the place of Yarn 1 and bun, which have no trusted publishing.',
  *rewrite(release) {
    for (const upload of knownUploads(release)) {
      const { client } = upload.step
      if (client === 'yarn-classic' || client === 'bun') yield* replaced(upload, release)
    }
  },
}

function* replaced(upload: TrustedUpload, release: Release): Iterable<Outcome> {
  const { step } = upload
  const name = step.client === 'bun' ? 'bun' : 'Yarn 1'
  const text = hasNpm(upload) ? insteadOf(upload, release) : undefined
  const edits = text === undefined ? undefined : commandEdit(upload, text, release)
  if (text === undefined || edits === undefined) {
    const sentence = `\`${step.text}\` stays: ${name} cannot exchange ID tokens, and the command is not one that can be replaced here. Publish with \`npm publish\`.`
    yield { place: step.place, sentence }
    return
  }
  yield {
    place: step.place,
    sentence: `\`${text}\` in the place of \`${step.text}\`: ${name} cannot exchange ID tokens.`,
    edits,
  }
}

function insteadOf({ step }: TrustedUpload, release: Release): string | undefined {
  return step.client === 'bun' ? insteadOfBun(step, release) : insteadOfYarn(step.text)
}

/** The images of bun hold neither Node nor npm. */
function hasNpm({ job: { image } }: TrustedUpload): boolean {
  return image === undefined || (image.known && !/\bbun\b/.test(image.value ?? ''))
}
