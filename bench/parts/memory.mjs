import { randomBytes } from 'node:crypto'
import { publishOne, withBoth } from '../lib/both.mjs'
import { cpuSeconds, peakMemory } from '../lib/processes.mjs'
import { medians } from '../lib/statistics.mjs'

const SIZE_MB = 60
const LIMIT_MB = 150

/** @param {import('../lib/workbench.mjs').Workbench} workbench */
export async function memory(workbench) {
  const ours = []
  const peers = []
  for (let round = 0; round < (workbench.quick ? 1 : 3); round++) {
    // Fresh processes: a peak is never forgotten.
    await withBoth(workbench, async (server, peer) => {
      ours.push(await publishLarge(server))
      peers.push(await publishLarge(peer))
    })
  }
  return compare(medians(ours), medians(peers))
}

/** @param {import('../lib/both.mjs').Server} server */
async function publishLarge(server) {
  await publishOne(server, '@acme/small', '1.0.0')
  const payload = randomBytes(SIZE_MB * 1_000_000)
  const before = peakMemory(server.pid)
  const cpuBefore = cpuSeconds(server.pid)
  const { p99 } = await publishOne(server, '@acme/large', '1.0.0', payload)
  return {
    more: peakMemory(server.pid) - before,
    cpu: cpuSeconds(server.pid) - cpuBefore,
    seconds: p99 / 1000,
  }
}

/**
 * @param {{ more: number, cpu: number, seconds: number }} ours
 * @param {{ more: number, cpu: number, seconds: number }} peer
 * @returns {import('../lib/results.mjs').Result[]}
 */
function compare(ours, peer) {
  const line = { part: 'memory', otherName: 'Verdaccio', target: '', reached: undefined }
  const what = `publish of ${SIZE_MB} MB`
  return [
    {
      ...line,
      what: `${what}, memory on top`,
      unit: 'MB',
      ours: ours.more,
      other: peer.more,
      ratio: peer.more / ours.more,
      target: `< ${LIMIT_MB} MB`,
      reached: ours.more < LIMIT_MB,
    },
    {
      ...line,
      what: `${what}, server CPU`,
      unit: 's',
      ours: ours.cpu,
      other: peer.cpu,
      ratio: peer.cpu / ours.cpu,
    },
    {
      ...line,
      what: `${what}, time`,
      unit: 's',
      ours: ours.seconds,
      other: peer.seconds,
      ratio: peer.seconds / ours.seconds,
    },
  ]
}
