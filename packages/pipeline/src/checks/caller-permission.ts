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
    const releasing = new Set(pipeline.jobs.map(({ entry }) => entry))
    for (const job of [...pipeline.jobs, ...pipeline.otherJobs]) {
      const refusal = refusalOf(job)
      if (refusal === undefined || !releasing.has(job.entry)) continue
      yield {
        place: job.idToken.place ?? job.place,
        message: `The run does not start: "${refusal}". ${job.idToken.reason}`,
        fix: 'Give the calling job `id-token: write`, beside what the called jobs need.',
      }
    }
  },
}

/** Why GitHub does not start the run: a job, or its workflow for all of them, asks for more than the caller has. */
export function refusalOf({ id, idToken, source }: Job): string | undefined {
  if (source.callers.length === 0 || idToken.granted) return undefined
  const ofJob = child(source.job, 'permissions')
  const written = ofJob ?? child(source.workflow, 'permissions')
  const all = textOf(written) === 'write-all'
  if (!all && textOf(child(written, 'id-token')) !== 'write') return undefined
  const who = ofJob === undefined ? 'The workflow' : `The nested job '${id.split('/').at(-1)}'`
  return `${who} is requesting '${all ? '… ' : ''}id-token: write', but is only allowed '${all ? '… ' : ''}id-token: none'`
}
