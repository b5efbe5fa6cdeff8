import { RECORD_FILE } from '@trustpub/identity'
import { startOf } from '../release.ts'
import type { Check } from './check.ts'

/** A record that nothing can be compared with. */
export const recordUnreadable: Check = {
  id: 'record-unreadable',
  title: 'a trusted-publishers.json that cannot be read',
  failures: ['F5', 'F7', 'F8'],
  severity: 'error',
  *find({ recordProblem }) {
    if (recordProblem === undefined) return
    yield {
      place: startOf(RECORD_FILE),
      message: `${recordProblem} Nothing is compared with it, and \`trustpub rehearse\` and \`trustpub trust\` refuse it.`,
      fix: 'Correct it as the sentence says; `trustpub trust plan` shows what the pipeline needs.',
    }
  },
}
