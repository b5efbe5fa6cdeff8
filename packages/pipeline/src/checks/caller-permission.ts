import type { Job } from '../job.ts'
import { child, textOf } from '../yaml/tree.ts'
import type { Check } from './check.ts'

/** F3, F6: a called workflow asks for ID tokens, and the job that calls it may have none. */
export const callerPermission: Check = {
  id: 'caller-permission',
  title:
    'a called workflow that asks for `id-token: write` where the calling job does not grant it',
  failures: ['F3', 'F6'],
  severity: 'error',
  *find({ pipeline }) {
    if (pipeline.provider !== 'github') return
    for (const job of [...pipeline.jobs, ...pipeline.otherJobs]) {
      if (job.source.callers.length === 0 || job.idToken.granted || !asksForIdToken(job)) continue
      yield {
        place: job.idToken.place ?? job.place,
        message: `The run does not start: "The nested job '${job.id.split('/').at(-1)}' is requesting 'id-token: write', but is only allowed 'id-token: none'". ${job.idToken.reason}`,
        fix: 'Give the calling job `id-token: write`, beside what the called jobs need.',
      }
    }
  },
}

function asksForIdToken({ source: { job, workflow } }: Job): boolean {
  const written = child(job, 'permissions') ?? child(workflow, 'permissions')
  return textOf(child(written, 'id-token')) === 'write'
}
