import { fork } from 'node:child_process'
import { once } from 'node:events'
import { each, measure, requestBytes } from '../lib/load.mjs'
import { inTurn } from '../lib/statistics.mjs'
import { exchangeUrl, startTrustpub } from '../lib/trustpub.mjs'

const PACKAGE = '@acme/exchanged'
const TARGET = 3
/** Compiled code and prepared statements first. */
const WARM_UP = 6000
const PER_ROUND = 960

const LOADS = /** @type {const} */ ([
  ['exchange, one after the other', 1],
  ['exchange, 8 at a time', 8],
  ['exchange, 32 at a time', 32],
])

/**
 * CPU of one exchange (HTTP, verification, claim, API token, log, durable commit) against CPU of verifying one
 * signature, which no exchange can do without.
 * @param {import('../lib/workbench.mjs').Workbench} workbench
 * @returns {Promise<import('../lib/results.mjs').Result[]>}
 */
export async function exchange(workbench) {
  const server = await startTrustpub(workbench)
  const verification = await startVerification(workbench.node, server)
  try {
    await server.publishToken(PACKAGE)
    const exchanges = async (count, connections) => {
      const requests = await signedRequests(server, count)
      return measure({ ...server, connections, next: each(requests) })
    }
    await exchanges(WARM_UP, 32)
    await verification.cpu(WARM_UP)
    const results = []
    for (const [what, lanes] of LOADS) {
      const [ours, one] = await inTurn(
        workbench.quick ? 3 : 7,
        () => exchanges(PER_ROUND, lanes),
        async () => ({ cpu: await verification.cpu(PER_ROUND) }),
      )
      results.push(...compare(what, ours, one))
    }
    return results
  } finally {
    verification.stop()
    await server.stop()
  }
}

/**
 * @param {string} what
 * @param {import('../lib/load.mjs').Measured} ours
 * @param {{ cpu: number }} one
 * @returns {import('../lib/results.mjs').Result[]}
 */
function compare(what, ours, one) {
  const line = { part: 'exchange', otherName: 'one verification', target: '', reached: undefined }
  const ratio = ours.cpu / one.cpu
  const aim = { target: `≤ ${TARGET}`, reached: ratio <= TARGET }
  const rate = { ours: ours.rate, other: 1000 / one.cpu, ratio: (ours.rate * one.cpu) / 1000 }
  return [
    {
      ...line,
      what: `${what}, server CPU`,
      unit: 'ms',
      ours: ours.cpu,
      other: one.cpu,
      ratio,
      ...aim,
    },
    { ...line, what, unit: 'requests/s', ...rate },
  ]
}

/**
 * Each ID token counts once, and signing costs more than verifying, so they are signed before the clock runs.
 * @param {Awaited<ReturnType<typeof startTrustpub>>} server
 * @param {number} count
 */
async function signedRequests(server, count) {
  const url = exchangeUrl(server.url, PACKAGE)
  const requests = []
  for (let i = 0; i < count; i++) {
    requests.push(requestBytes('POST', url, { authorization: `Bearer ${await server.idToken()}` }))
  }
  return requests
}

/**
 * @param {string} node
 * @param {Awaited<ReturnType<typeof startTrustpub>>} server
 */
async function startVerification(node, { issuer, idToken }) {
  const keySet = await (await fetch(`${issuer.url}/.well-known/jwks`)).json()
  const program = new URL('../lib/verification.mjs', import.meta.url)
  const child = fork(program, { execPath: node })
  child.send({ token: await idToken(), jwk: keySet.keys[0] })
  return {
    /**
     * @param {number} count
     * @returns {Promise<number>} milliseconds of one
     */
    cpu: async (count) => {
      child.send({ count })
      const [milliseconds] = await once(child, 'message')
      return milliseconds
    },
    stop: () => child.kill(),
  }
}
