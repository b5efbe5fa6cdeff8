import { publishRequest, withBoth } from '../lib/both.mjs'
import { each, measure } from '../lib/load.mjs'
import { compareLoads } from '../lib/results.mjs'
import { inTurn } from '../lib/statistics.mjs'

/** Verdaccio writes a package's whole document again for each version; few versions keep that from deciding. */
const VERSIONS_PER_PACKAGE = 20
const PACKAGES_PER_ROUND = 8
const TARGET = 3

const LOADS = /** @type {const} */ ([
  ['publish, one after the other', 1],
  ['publish, 8 at a time', 8],
])

/** @param {import('../lib/workbench.mjs').Workbench} workbench */
export async function publish(workbench) {
  return withBoth(workbench, async (ours, peer) => {
    const results = []
    for (const [what, connections] of LOADS) {
      const load = (server) => async (round) => {
        const requests = await newVersions(server, `@acme/round-${connections}-${round}`)
        return measure({ ...server, connections, next: each(requests) })
      }
      await inTurn(
        2,
        (round) => load(ours)(`warm-${round}`),
        (round) => load(peer)(`warm-${round}`),
      )
      const measured = await inTurn(workbench.quick ? 2 : 5, load(ours), load(peer))
      results.push(...compareLoads('publish', what, measured, TARGET))
    }
    return results
  })
}

/**
 * Each package's versions in order, the packages interleaved, so that those under way at a time differ.
 * @param {import('../lib/both.mjs').Server} server
 * @param {string} prefix
 */
async function newVersions(server, prefix) {
  const requests = []
  for (let minor = 0; minor < VERSIONS_PER_PACKAGE; minor++) {
    for (let index = 0; index < PACKAGES_PER_ROUND; index++) {
      requests.push(await publishRequest(server, `${prefix}-${index}`, `1.${minor}.0`))
    }
  }
  return requests
}
