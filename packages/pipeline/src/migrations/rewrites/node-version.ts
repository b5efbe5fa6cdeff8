import { unmetDemand } from '../../checks/client-refuses-node.ts'
import { uploadsOf } from '../../release.ts'
import type { Rewrite } from '../migration.ts'
import { NODE, replaceOnLine } from './npm-version.ts'

/** A Node on which a release tool runs that was raised for the sake of trusted publishing. */
export const nodeVersion: Rewrite = {
  id: 'node-version',
  title:
    'Sets up Node 24 where the version of a release tool that can exchange ID tokens demands it.',
  *rewrite(release) {
    if (release.pipeline.provider !== 'github') return
    for (const { job, step } of uploadsOf(release)) {
      const demand = unmetDemand(step)
      const { node, client, place } = step
      if (demand === undefined || node === undefined) continue
      const source = node.place && release.source(node.place.file)
      const edit =
        node.from === 'setup' && source !== undefined && node.place !== undefined
          ? replaceOnLine(source, node.place.line, node.written, NODE)
          : undefined
      const why = `${client} of a version that can exchange ID tokens runs on Node ${demand} only`
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
