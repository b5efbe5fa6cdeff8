/**
 * @typedef {object} Result one line of the table
 * @property {string} part
 * @property {string} what
 * @property {string} unit
 * @property {number} ours
 * @property {number} other the peer's figure, or what ours is measured against
 * @property {string} otherName
 * @property {number} ratio how many times better ours is; for costs of programs and against a limit, ours divided by the other
 * @property {string} target
 * @property {boolean | undefined} reached undefined where there is no target
 * @property {boolean} [isOverLimit] more than we allow ourselves, whatever others do
 */

/**
 * Rate, 99th percentile and CPU of the same load on both servers. A target is for the rate.
 * @param {string} part
 * @param {string} what
 * @param {readonly [import('./load.mjs').Measured, import('./load.mjs').Measured]} measured
 * @param {number} [timesTheRate]
 * @returns {Result[]}
 */
export function compareLoads(part, what, [ours, peer], timesTheRate) {
  const line = { part, otherName: 'Verdaccio', target: '', reached: undefined }
  const ratio = ours.rate / peer.rate
  const aim =
    timesTheRate === undefined
      ? {}
      : { target: `≥ ${timesTheRate}`, reached: ratio >= timesTheRate }
  return [
    { ...line, what, unit: 'requests/s', ours: ours.rate, other: peer.rate, ratio, ...aim },
    {
      ...line,
      what: `${what}, p99`,
      unit: 'ms',
      ours: ours.p99,
      other: peer.p99,
      ratio: peer.p99 / ours.p99,
    },
    {
      ...line,
      what: `${what}, server CPU`,
      unit: 'ms',
      ours: ours.cpu,
      other: peer.cpu,
      ratio: peer.cpu / ours.cpu,
    },
  ]
}

/**
 * CPU and wall time of two programs that do the same. A target is for the CPU, ours divided by the other's.
 * @param {string} part
 * @param {string} what
 * @param {string} otherName
 * @param {readonly [import('./program-cost.mjs').ProgramCost, import('./program-cost.mjs').ProgramCost]} costs
 * @param {number} [share]
 * @returns {Result[]}
 */
export function compareCosts(part, what, otherName, [ours, theirs], share) {
  const line = { part, unit: 'ms', otherName, target: '', reached: undefined }
  const ratio = ours.cpu / theirs.cpu
  const aim = share === undefined ? {} : { target: `≤ ${share}`, reached: ratio <= share }
  const wall = { ours: ours.wall, other: theirs.wall, ratio: ours.wall / theirs.wall }
  return [
    { ...line, what: `${what}, CPU`, ours: ours.cpu, other: theirs.cpu, ratio, ...aim },
    { ...line, what: `${what}, wall time`, ...wall },
  ]
}

/** @param {readonly Result[]} results */
export function formatTable(results) {
  const head = ['', 'ours', 'against', '', 'ratio', 'target', 'reached']
  const lines = results.map(({ what, unit, ours, other, otherName, ratio, target, reached }) => [
    what,
    `${figure(ours)} ${unit}`,
    `${figure(other)} ${unit}`,
    otherName,
    `${figure(ratio)}`,
    target,
    reached === undefined ? '' : reached ? 'yes' : 'NO',
  ])
  const all = [head, ...lines]
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)))
  const isNumber = [false, true, true, false, true, false, false]
  return all
    .map((line) =>
      line
        .map((cell, at) =>
          isNumber[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/**
 * Three significant digits are more than a machine repeats.
 * @param {number} value
 */
function figure(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
