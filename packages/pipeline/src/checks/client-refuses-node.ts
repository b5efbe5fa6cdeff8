import type { PublishStep } from '../model.ts'
import { uploadsOf } from '../release.ts'
import { isCertainlyAtLeast, mayBeIn } from '../steps/tool-version.ts'
import type { Check } from './check.ts'

/** What the versions of tools that can exchange ID tokens demand of Node, and say themselves (`engines`). */
export const DEMANDS: Readonly<Record<string, { readonly since: string; readonly node: string }>> =
  {
    'semantic-release': { since: '25.0.0', node: '^22.14.0 || >=24.10.0' },
  }

/** F4: a release tool was raised for the sake of trusted publishing, and Node was not. */
export const clientRefusesNode: Check = {
  id: 'client-refuses-node',
  title: 'a release tool that refuses to run on the Node of the job',
  failures: ['F4'],
  severity: 'error',
  *find(release) {
    for (const { job, step, credentials } of uploadsOf(release)) {
      const { client, clientVersion, node } = step
      const demand = demandBeyond(step)
      if (demand === undefined) continue
      const place = node?.place ?? step.place
      const fix = 'Set up Node 24.'
      if (clientVersion !== undefined && isCertainlyAtLeast(clientVersion, demand.since)) {
        const message = `${client} ${clientVersion.written} does not run on Node ${node?.written}: job "${job.id}" ends with "[semantic-release]: node version ${demand.node} is required", and nothing is published.`
        yield { place, message, fix }
      }
      if (clientVersion === undefined && credentials === 'trusted') {
        const message = `${client} exchanges ID tokens from ${demand.since} on, and that runs on Node ${demand.node} only. On Node ${node?.written} job "${job.id}" gets one that refuses to run, or an older one that finds no token: nothing is published.`
        yield { place, message, fix }
      }
    }
  },
}

/** What a client that can exchange ID tokens demands of Node, where that of the job certainly does not meet it. */
function demandBeyond({ client, node, action }: PublishStep) {
  const demand = DEMANDS[client]
  // An action brings a Node of its own.
  if (demand === undefined || action !== undefined || node === undefined || node.range === '*')
    return undefined
  return mayBeIn(node, demand.node) ? undefined : demand
}
