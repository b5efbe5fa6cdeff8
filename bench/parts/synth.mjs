import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { programCost } from '../lib/program-cost.mjs'
import { compareCosts } from '../lib/results.mjs'
import { inTurn, median } from '../lib/statistics.mjs'

const PROJEN = join(import.meta.dirname, '../projen')
const TARGET = 0.2
/** Files are in the system's cache then. */
const WARM_UP = 2

/**
 * CPU and wall time of a definition that is run in a fresh folder, against the same definition with projen, both on the
 * Node of all parts. (On Node 20 its own start is most of what is allowed.)
 * @param {import('../lib/workbench.mjs').Workbench} workbench
 * @returns {Promise<import('../lib/results.mjs').Result[]>}
 */
export async function synth(workbench) {
  const definitions = JSON.parse(readFileSync(join(PROJEN, 'definitions.json'), 'utf8'))
  const env = { ...process.env, PROJEN_DISABLE_POST: '1' }
  const run = (/** @type {readonly string[]} */ args) => programCost(workbench.node, args, { env })
  const results = []
  const floors = []
  for (const [kind, { type }] of Object.entries(definitions)) {
    const ours = async () => run([join(PROJEN, 'ours.mjs'), kind])
    const theirs = async () => {
      const floor = await run(['-e', '0'])
      return { ...(await run([join(PROJEN, 'theirs.cjs'), kind])), floor: floor.cpu }
    }
    await inTurn(WARM_UP, ours, theirs)
    const [mine, peer] = await inTurn(workbench.quick ? 7 : 21, ours, theirs)
    results.push(...compareCosts('synth', `synth of ${type}`, 'projen', [mine, peer], TARGET))
    floors.push(peer.floor)
  }
  return [...results, startOfNode(median(floors))]
}

/**
 * What `node -e 0` costs: neither can be cheaper.
 * @param {number} cpu
 * @returns {import('../lib/results.mjs').Result}
 */
function startOfNode(cpu) {
  return {
    part: 'synth',
    what: 'in each, the start of Node, CPU',
    unit: 'ms',
    otherName: 'projen',
    ours: cpu,
    other: cpu,
    ratio: 1,
    target: '',
    reached: undefined,
  }
}
