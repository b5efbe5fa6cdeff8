import { randomBytes } from 'node:crypto'
import { publishOne, withBoth } from '../lib/both.mjs'
import { measure, repeatFor, requestBytes } from '../lib/load.mjs'
import { compareLoads } from '../lib/results.mjs'
import { inTurn } from '../lib/statistics.mjs'

const PACKAGE = '@acme/fetched'
const CONNECTIONS = 16
/** Until the code is compiled. */
const WARM_UP_SECONDS = 1.5

/** Bytes that do not compress: the tarball is about as large. */
const SIZES = /** @type {const} */ ([
  ['20 kB', 20_000],
  ['1 MB', 1_000_000],
])

/** @param {import('../lib/workbench.mjs').Workbench} workbench */
export async function tarball(workbench) {
  return withBoth(workbench, async (ours, peer) => {
    const [rounds, seconds] = workbench.quick ? [2, 1] : [3, 2.5]
    const results = []
    for (const [at, [what, size]] of SIZES.entries()) {
      const version = `${at + 1}.0.0`
      const payload = randomBytes(size)
      for (const server of [ours, peer]) await publishOne(server, PACKAGE, version, payload)
      const load = (server, seconds) => () => {
        const url = new URL(`/${PACKAGE}/-/${PACKAGE.split('/')[1]}-${version}.tgz`, server.url)
        const request = requestBytes('GET', url, { authorization: `Bearer ${server.bearer}` })
        return measure({ ...server, connections: CONNECTIONS, next: repeatFor(request, seconds) })
      }
      await inTurn(1, load(ours, WARM_UP_SECONDS), load(peer, WARM_UP_SECONDS))
      const measured = await inTurn(rounds, load(ours, seconds), load(peer, seconds))
      results.push(...compareLoads('tarball', `tarball of ${what}`, measured))
    }
    return results
  })
}
