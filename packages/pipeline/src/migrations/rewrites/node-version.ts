import { DEMANDS } from '../../checks/client-refuses-node.ts'
import type { PublishStep } from '../../model.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import { isCertainlyAtLeast, mayBeIn } from '../../steps/tool-version.ts'
import type { Rewrite } from '../migration.ts'
import { knownUploads } from './known.ts'
import { versionAfterInstall } from './manifest-ranges.ts'
import { toolOf } from './raises.ts'
import { alsoFor, NODE, withNode24 } from './set-up-node.ts'

/** What else the versions demand that tools are raised to (`engines`); they do not check it themselves. */
const ENGINES: Readonly<Record<string, { readonly since: string; readonly node: string }>> = {
  lerna: { since: '9.0.0', node: '^20.19.0 || ^22.12.0 || >=24.0.0' },
  '@lerna-lite/publish': { since: '4.9.0', node: '^20.17.0 || >=22.9.0' },
  np: { since: '12.0.0', node: '>=22' },
}

/** A Node on which a release tool runs that was raised for the sake of trusted publishing. */
export const nodeVersion: Rewrite = {
  id: 'node-version',
  title:
    'Sets up Node 24 where the version of a release tool that can exchange ID tokens demands it.',
  *rewrite(release) {
    if (release.pipeline.provider !== 'github') return
    for (const upload of knownUploads(release)) {
      const { job, step } = upload
      const demand = unmetNode(step, release)
      const { node, place } = step
      if (demand === undefined || node === undefined) continue
      const edit = withNode24(upload, release)
      const why = `${toolOf(step)} of a version that can exchange ID tokens runs on Node ${demand} only`
      if (edit === undefined) {
        const sentence = `Set up Node ${NODE} in job "${job.id}" in the place of ${node.written}: ${why}.`
        yield { place: node.place ?? place, sentence }
        continue
      }
      const sentence = `Node ${NODE} instead of ${node.written} in job "${job.id}": ${why}.${alsoFor(edit, upload, release)}`
      yield { place: node.place ?? place, sentence, edits: [edit] }
    }
  },
}

/**
 * What a tool of a version that can exchange ID tokens demands of Node and certainly does not get. Where its version is
 * not known: an older one exchanges nothing, a newer one does not run.
 */
export function unmetNode(step: PublishStep, release: Release): string | undefined {
  const demand = demandOf(step)
  const version = versionAfterInstall(step, release) ?? step.clientVersion
  if (demand === undefined) return undefined
  return version === undefined || isCertainlyAtLeast(version, demand.since)
    ? demand.node
    : undefined
}

/** What a tool would demand of Node, were it raised, where no other Node can be set up. */
export function whyNotRaised(upload: TrustedUpload, release: Release): string | undefined {
  const { step, job } = upload
  const demand = release.pipeline.provider === 'github' ? demandOf(step) : undefined
  return demand === undefined || withNode24(upload, release) !== undefined
    ? undefined
    : `it runs on Node ${demand.node} only, and Node ${step.node?.written} of job "${job.id}" is set up in a way that is not edited here`
}

function demandOf(step: PublishStep) {
  const { node, action } = step
  const demand = { ...DEMANDS, ...ENGINES }[toolOf(step)]
  // An action brings a Node of its own.
  if (demand === undefined || action !== undefined || node === undefined || node.range === '*')
    return undefined
  return mayBeIn(node, demand.node) ? undefined : demand
}
