import { fork } from 'node:child_process'
import { once } from 'node:events'
import { each, measure, requestBytes } from '../lib/load.mjs'
import { inTurn } from '../lib/statistics.mjs'
import { exchangeUrl, startTrustpub } from '../lib/trustpub.mjs'

const PACKAGE = '@acme/exchanged'
const CONNECTIONS = 8
const TARGET = 3
/** Compiled code and prepared statements first. */
const WARM_UP = 500
const PER_ROUND = 1000

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
    const exchanges = async (count) => {
      const requests = await signedRequests(server, count)
      return measure({ ...server, connections: CONNECTIONS, next: each(requests) })
    }
    await exchanges(WARM_UP)
    await verification.cpu(WARM_UP)
    const [ours, one] = await inTurn(
      workbench.quick ? 5 : 11,
      () => exchanges(PER_ROUND),
      async () => ({ cpu: await verification.cpu(PER_ROUND) }),
    )
    const ratio = ours.cpu / one.cpu
    const line = { part: 'exchange', otherName: 'one verification', target: '', reached: undefined }
    return [
      {
        ...line,
        what: 'exchange, server CPU',
        unit: 'ms',
        ours: ours.cpu,
        other: one.cpu,
        ratio,
        target: `≤ ${TARGET}`,
        reached: ratio <= TARGET,
      },
      {
        ...line,
        what: 'exchange',
        unit: 'requests/s',
        ours: ours.rate,
        other: 1000 / one.cpu,
        ratio: (ours.rate * one.cpu) / 1000,
      },
    ]
  } finally {
    verification.stop()
    await server.stop()
  }
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
  const child = fork(program, [String(CONNECTIONS)], { execPath: node })
  child.send({ token: await idToken(), jwk: keySet.keys[0] })
  return {
    /** @param {number} count @returns {Promise<number>} milliseconds of one */
    cpu: async (count) => {
      child.send(count)
      const [milliseconds] = await once(child, 'message')
      return milliseconds
    },
    stop: () => child.kill(),
  }
}
