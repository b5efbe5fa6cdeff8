import { npmProgram, TRUSTPUB } from '../lib/clients.mjs'
import { nodeCost } from '../lib/program-cost.mjs'
import { compareCosts } from '../lib/results.mjs'
import { openSignedTree } from '../lib/signed-tree.mjs'
import { inTurn } from '../lib/statistics.mjs'

const PACKAGES = 300

/**
 * Verifying all that is installed, each time with empty caches: both programs fetch the roots of trust, and of each
 * package the signatures and attestations, from the same servers.
 * @param {import('../lib/workbench.mjs').Workbench} workbench
 * @returns {Promise<import('../lib/results.mjs').Result[]>}
 */
export async function verify(workbench) {
  const npm = await npmProgram()
  const tree = await openSignedTree(workbench, PACKAGES)
  const run = (/** @type {readonly string[]} */ args, /** @type {readonly RegExp[]} */ says) =>
    nodeCost(workbench.node, args, { cwd: tree.project, env: tree.freshEnvironment(), says })
  const ours = () =>
    run(
      [...workbench.nodeFlags, TRUSTPUB, 'verify', tree.lock, ...tree.sigstoreArgs],
      [new RegExp(`verified provenance +${PACKAGES}$`, 'm')],
    )
  const theirs = () =>
    run(
      [npm.file, 'audit', 'signatures'],
      [
        new RegExp(`^${PACKAGES} packages have verified registry signatures`, 'm'),
        new RegExp(`^${PACKAGES} packages have verified attestations`, 'm'),
      ],
    )
  try {
    await inTurn(1, ours, theirs)
    const [mine, peer] = await inTurn(workbench.quick ? 2 : 5, ours, theirs)
    return compare(npm.name, mine, peer)
  } finally {
    await tree.close()
  }
}

/**
 * @typedef {Awaited<ReturnType<typeof nodeCost>>} Cost
 * @param {string} otherName
 * @param {Cost} ours
 * @param {Cost} theirs
 * @returns {import('../lib/results.mjs').Result[]}
 */
function compare(otherName, ours, theirs) {
  const what = `verify ${PACKAGES} packages of a lock file`
  const line = { part: 'verify', otherName, target: '', reached: undefined }
  const rate = (/** @type {Cost} */ { wall }) => (PACKAGES * 1000) / wall
  return [
    {
      ...line,
      what,
      unit: 'packages/s',
      ours: rate(ours),
      other: rate(theirs),
      ratio: rate(ours) / rate(theirs),
    },
    ...compareCosts('verify', what, otherName, [ours, theirs]),
    {
      ...line,
      what: `${what}, peak memory`,
      unit: 'MB',
      ours: ours.memory,
      other: theirs.memory,
      ratio: ours.memory / theirs.memory,
    },
  ]
}
