import { isExchange } from '../steps/exchange.ts'
import type { Check } from './check.ts'

/** F42, F43: an exchange by curl, which takes "null" for a token and is refused the second time. */
export const homeMadeExchange: Check = {
  id: 'home-made-exchange',
  title: 'an exchange of ID tokens by curl, of which no failure is seen',
  failures: ['F42', 'F43'],
  severity: 'warning',
  *find({ pipeline }) {
    for (const job of [...pipeline.jobs, ...pipeline.otherJobs]) {
      for (const { commands } of job.steps) {
        const command = commands.find(({ text }) => isExchange(text))
        if (command === undefined) continue
        const retries = /--retry(?!-)/.test(command.text)
        yield {
          place: command.place,
          message: retries
            ? 'The exchange is tried again with the same ID token, which a registry takes once: "invalid-reuse-token: invalid token: already used".'
            : 'A failed exchange goes on here: what is read from the answer is "null", and the upload ends with a 403 that says nothing of the cause.',
          fix: 'Let a client exchange (npm 11.5.1, twine 6.1, `uv publish --trusted-publishing always`, gh-action-pypi-publish), or `trustpub token`, which ends with the reason.',
        }
      }
    }
  },
}
