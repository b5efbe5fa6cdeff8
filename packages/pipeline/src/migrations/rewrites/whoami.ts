import { questionsBefore } from '../../checks/npm-whoami.ts'
import type { Rewrite } from '../migration.ts'
import { withoutCommand } from './command-edit.ts'
import { readyUploads } from './ready.ts'

/** Without a token nobody is logged in, and the question ends the release. */
export const whoami: Rewrite = {
  id: 'whoami',
  title: 'Takes `npm whoami` out, which has no answer without a token.',
  *rewrite(release) {
    for (const { job, step } of readyUploads(release)) {
      if (step.ecosystem !== 'npm') continue
      for (const [at, { text, place, nested }] of questionsBefore({ job, step })) {
        const edits = nested ? undefined : withoutCommand(at, text, job.source, release)
        // What cannot be taken out keeps its token, which is said of the token.
        if (edits === undefined) continue
        const sentence = `\`${text}\` is gone: trusted publishing logs nobody in, so that it would end the release.`
        yield { place, sentence, edits }
      }
    }
  },
}
