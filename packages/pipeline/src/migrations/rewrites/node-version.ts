import { unmetDemand } from '../../checks/client-refuses-node.ts'
import type { PublishStep } from '../../model.ts'
import type { Release } from '../../release.ts'
import { isCertainlyAtLeast, mayBeIn } from '../../steps/tool-version.ts'
import type { Rewrite } from '../migration.ts'
import { knownUploads } from './known.ts'
import { versionAfterInstall } from './manifest-ranges.ts'
import { toolOf } from './raises.ts'
import { NODE, withNode24 } from './set-up-node.ts'

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
      const demand = demandOf(step, release)
      const { node, place } = step
      if (demand === undefined || node === undefined) continue
      const edit = withNode24(upload, release)
      const why = `${toolOf(step)} of a version that can exchange ID tokens runs on Node ${demand} only`
      if (edit === undefined) {
        const sentence = `Set up Node ${NODE} in job "${job.id}" in the place of ${node.written}: ${why}.`
        yield { place: node.place ?? place, sentence }
        continue
      }
      const sentence = `Node ${NODE} instead of ${node.written} in job "${job.id}": ${why}.`
      yield { place: node.place ?? place, sentence, edits: [edit] }
    }
  },
}

/** What a tool demands of Node and does not get, in the version that the manifest asks for by now. */
function demandOf(step: PublishStep, release: Release): string | undefined {
  const clientVersion = versionAfterInstall(step, release) ?? step.clientVersion
  if (clientVersion === undefined) return undefined
  const unmet = unmetDemand({ ...step, clientVersion })
  const engines = ENGINES[toolOf(step)]
  if (unmet !== undefined || engines === undefined || step.node === undefined) return unmet
  const isNew = isCertainlyAtLeast(clientVersion, engines.since)
  return isNew && !mayBeIn(step.node, engines.node) ? engines.node : undefined
}
