import { publishOne, withBoth } from '../lib/both.mjs'
import { measure, repeatFor, requestBytes } from '../lib/load.mjs'
import { compareLoads } from '../lib/results.mjs'
import { inTurn } from '../lib/statistics.mjs'

const PACKAGE = '@acme/read'
const VERSIONS = 40
const CONNECTIONS = 16
const TARGET = 8

const FULL = 'application/json'
const ABBREVIATED = 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*'
const GZIP = { 'accept-encoding': 'gzip,deflate' }

/** npm asks for the abbreviated form to install and for the full one to publish and to show, both compressed. */
const LOADS = /** @type {const} */ ([
  ['full packument', { accept: FULL, ...GZIP }],
  ['abbreviated packument', { accept: ABBREVIATED, ...GZIP }],
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
    const seconds = workbench.quick ? 1 : 2
    const results = []
    for (const [what, headers] of LOADS) {
      const load = (server) => () => {
        const url = new URL(`/${PACKAGE.replace('/', '%2f')}`, server.url)
        const request = requestBytes('GET', url, {
          ...headers,
          authorization: `Bearer ${server.bearer}`,
        })
        return measure({ ...server, connections: CONNECTIONS, next: repeatFor(request, seconds) })
      }
      const measured = await inTurn(workbench.quick ? 2 : 3, load(ours), load(peer))
      results.push(
        ...compareLoads('packument', `${what} of ${VERSIONS} versions`, measured, TARGET),
      )
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
