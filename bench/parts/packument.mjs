import { publishOne, withBoth } from '../lib/both.mjs'
import { measure, repeatFor, requestBytes } from '../lib/load.mjs'
import { compareLoads } from '../lib/results.mjs'
import { inTurn } from '../lib/statistics.mjs'

const PACKAGE = '@acme/read'
const VERSIONS = 40
const CONNECTIONS = 16
/** Until the code is compiled. */
const WARM_UP_SECONDS = 1.5
const TARGET = 8

const FULL = 'application/json'
const ABBREVIATED = 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*'
const GZIP = { 'accept-encoding': 'gzip,deflate' }

/** npm asks for the abbreviated form to install and for the full one to publish and to show, both compressed. */
const LOADS = /** @type {const} */ ([
  [`full packument of ${VERSIONS} versions`, { accept: FULL, ...GZIP }],
  [`abbreviated packument of ${VERSIONS} versions`, { accept: ABBREVIATED, ...GZIP }],
  ['full packument, not compressed', { accept: FULL }],
  ['abbreviated packument, not compressed', { accept: ABBREVIATED }],
])

/** @param {import('../lib/workbench.mjs').Workbench} workbench */
export async function packument(workbench) {
  return withBoth(workbench, async (ours, peer) => {
    for (const server of [ours, peer]) {
      for (let minor = 0; minor < VERSIONS; minor++)
        await publishOne(server, PACKAGE, `1.${minor}.0`)
      await checkPackument(server)
    }
    const [rounds, seconds] = workbench.quick ? [2, 1] : [3, 2.5]
    const results = []
    for (const [what, headers] of LOADS) {
      const load = (server, seconds) => () => {
        const url = new URL(`/${PACKAGE.replace('/', '%2f')}`, server.url)
        const request = requestBytes('GET', url, {
          ...headers,
          authorization: `Bearer ${server.bearer}`,
        })
        return measure({ ...server, connections: CONNECTIONS, next: repeatFor(request, seconds) })
      }
      await inTurn(1, load(ours, WARM_UP_SECONDS), load(peer, WARM_UP_SECONDS))
      const measured = await inTurn(rounds, load(ours, seconds), load(peer, seconds))
      results.push(...compareLoads('packument', what, measured, TARGET))
    }
    return results
  })
}

/** Both must send the whole thing, or there is nothing to compare. */
async function checkPackument({ url, bearer }) {
  for (const accept of [FULL, ABBREVIATED]) {
    const headers = { accept, authorization: `Bearer ${bearer}` }
    const response = await fetch(`${url}/${PACKAGE.replace('/', '%2f')}`, { headers })
    const { versions } = await response.json()
    const count = Object.keys(versions ?? {}).length
    if (count !== VERSIONS) throw new Error(`${url} sent ${count} versions`)
  }
}
