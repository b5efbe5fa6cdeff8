import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { programCost } from '../lib/program-cost.mjs'
import { inTurn, median } from '../lib/statistics.mjs'

const PROJEN = join(import.meta.dirname, '../projen')
const TARGET = 0.2
/** Files are in the system's cache then. */
const WARM_UP = 2

const LINE = { part: 'synth', unit: 'ms', otherName: 'projen', target: '', reached: undefined }

/**
 * CPU and wall time of a definition that is run in a fresh folder, against the same definition with projen, both on the
 * Node of all parts. (On Node 20 its own start is most of what is allowed.)
 * @param {import('../lib/workbench.mjs').Workbench} workbench
 * @returns {Promise<import('../lib/results.mjs').Result[]>}
 */
export async function synth(workbench) {
  const definitions = JSON.parse(readFileSync(join(PROJEN, 'definitions.json'), 'utf8'))
  const run = (/** @type {readonly string[]} */ args) => programCost(workbench.node, args)
  const results = []
  const floors = []
  for (const [kind, { type }] of Object.entries(definitions)) {
    const ours = async () => run([join(PROJEN, 'ours.mjs'), kind])
    const theirs = async () => {
      const floor = run(['-e', '0'])
      return { ...run([join(PROJEN, 'theirs.cjs'), kind]), floor: floor.cpu }
    }
    await inTurn(WARM_UP, ours, theirs)
    const [mine, peer] = await inTurn(workbench.quick ? 7 : 21, ours, theirs)
    results.push(...compare(type, mine, peer))
    floors.push(peer.floor)
  }
  return [...results, startOfNode(median(floors))]
}

/**
 * @param {string} type
 * @param {import('../lib/program-cost.mjs').ProgramCost} ours
 * @param {import('../lib/program-cost.mjs').ProgramCost} theirs
 * @returns {import('../lib/results.mjs').Result[]}
 */
function compare(type, ours, theirs) {
  const ratio = ours.cpu / theirs.cpu
  const aim = { target: `≤ ${TARGET}`, reached: ratio <= TARGET }
  const wall = { ours: ours.wall, other: theirs.wall, ratio: ours.wall / theirs.wall }
  return [
    { ...LINE, what: `synth of ${type}, CPU`, ours: ours.cpu, other: theirs.cpu, ratio, ...aim },
    { ...LINE, what: `synth of ${type}, wall time`, ...wall },
  ]
}

/**
 * What `node -e 0` costs: neither can be cheaper.
 * @param {number} cpu
 * @returns {import('../lib/results.mjs').Result}
 */
function startOfNode(cpu) {
  return { ...LINE, what: 'in each, the start of Node, CPU', ours: cpu, other: cpu, ratio: 1 }
}
