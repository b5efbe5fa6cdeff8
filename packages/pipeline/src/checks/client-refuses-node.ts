import type { ClientId, PublishStep } from '../model.ts'
import { uploadsOf } from '../release.ts'
import { isCertainlyAtLeast, mayBeIn } from '../steps/tool-version.ts'
import type { Check } from './check.ts'

/** What the versions of tools that can exchange ID tokens demand of Node, and say themselves (`engines`). */
const DEMANDS: Partial<
  Readonly<Record<ClientId, { readonly since: string; readonly node: string }>>
> = {
  'semantic-release': { since: '25.0.0', node: '^22.14.0 || >=24.10.0' },
}

/** F4: a release tool was raised for the sake of trusted publishing, and Node was not. */
export const clientRefusesNode: Check = {
  id: 'client-refuses-node',
  title: 'a release tool that refuses to run on the Node of the job',
  failures: ['F4'],
  severity: 'error',
  *find(release) {
    for (const { job, step } of uploadsOf(release)) {
      const { client, clientVersion, node } = step
      const demand = unmetDemand(step)
      if (demand === undefined) continue
      yield {
        place: node?.place ?? step.place,
        message: `${client} ${clientVersion?.written} does not run on Node ${node?.written}: job "${job.id}" ends with "[semantic-release]: node version ${demand} is required", and nothing is published.`,
        fix: 'Set up Node 24.',
      }
    }
  },
}

/** What a client demands of Node where it is certain that the Node of the job does not meet it. */
export function unmetDemand(step: PublishStep): string | undefined {
  const { client, clientVersion, node, action } = step
  const demand = DEMANDS[client]
  // An action brings a Node of its own.
  if (demand === undefined || action !== undefined) return undefined
  if (clientVersion === undefined || node === undefined || node.range === '*') return undefined
  const isNewClient = isCertainlyAtLeast(clientVersion, demand.since)
  return isNewClient && !mayBeIn(node, demand.node) ? demand.node : undefined
}
