import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { closedNetwork, npmProgram, TRUSTPUB, twineProgram } from '../lib/clients.mjs'
import { packageFiles, packTarball } from '../lib/npm-package.mjs'
import { programCost } from '../lib/program-cost.mjs'
import { compareCosts } from '../lib/results.mjs'
import { inTurn } from '../lib/statistics.mjs'
import { startTrustpub } from '../lib/trustpub.mjs'

const NPM_PACKAGE = '@acme/by-clients'
const PYTHON_PROJECT = 'acme-by-clients'
const TARGET = 0.5
/** Files are in the system's cache then, and Python's are compiled. */
const WARM_UP = 1

/**
 * @typedef {object} Stage
 * @property {import('../lib/workbench.mjs').Workbench} workbench
 * @property {Awaited<ReturnType<typeof startTrustpub>>} server
 * @property {string} folder
 * @property {Record<string, string | undefined>} env of a job that may ask for ID tokens
 *
 * @typedef {(version: string) => Promise<import('../lib/program-cost.mjs').ProgramCost>} Publish
 */

/**
 * CPU and wall time of the programs that publish, from start to end, to the same registry: exchange of an ID token,
 * upload, and whatever each asks before and after. The two take turns with versions of one package.
 * @param {import('../lib/workbench.mjs').Workbench} workbench
 * @returns {Promise<import('../lib/results.mjs').Result[]>}
 */
export async function publishClients(workbench) {
  const server = await startTrustpub(workbench)
  const network = await closedNetwork()
  const folder = workbench.folder('publish')
  try {
    await server.trust([`npm:${NPM_PACKAGE}`, `pypi:${PYTHON_PROJECT}`])
    const env = { ...network.environment(folder), ...server.job() }
    const stage = { workbench, server, folder, env }
    return [...(await againstNpm(stage)), ...(await againstTwine(stage))]
  } finally {
    await network.close()
    await server.stop()
    rmSync(folder, { recursive: true })
  }
}

/** @param {Stage} stage */
async function againstNpm(stage) {
  const { workbench, server, folder, env } = stage
  const npm = await npmProgram()
  const flags = ['--registry', `${server.url}/`, '--no-provenance']
  const says = [/^\+ @acme\/by-clients@/m]
  const theirs = (/** @type {string} */ path) =>
    programCost(workbench.node, [npm.file, 'publish', path, ...flags], { cwd: folder, env, says })
  const shapes = /** @type {const} */ ([
    ['folder', npmFolder],
    ['tarball', npmTarball],
  ])
  const results = []
  for (const [major, [shape, make]] of shapes.entries()) {
    const what = `trustpub publish of an npm ${shape}`
    results.push(
      ...(await takeTurns(stage, major + 1, {
        ours: async (version) => ours(stage, make(folder, version)),
        theirs: async (version) => theirs(make(folder, version)),
        compare: (costs) => compareCosts('publish', what, npm.name, costs, TARGET),
      })),
    )
  }
  return results
}

/**
 * twine exchanges by itself only where it uploads to PyPI: here it gets a token of an exchange that is not in its
 * figures, while ours are with the exchange.
 * @param {Stage} stage
 */
async function againstTwine(stage) {
  const { server, folder, env } = stage
  const twine = await twineProgram()
  if (twine === undefined) return []
  const { name, python } = twine
  const flags = ['--non-interactive', '--disable-progress-bar']
  const theirs = async (/** @type {string} */ dist) => {
    const own = { TWINE_USERNAME: '__token__', TWINE_PASSWORD: await server.pythonToken() }
    const files = readdirSync(dist).map((file) => join(dist, file))
    const args = ['upload', ...flags, '--repository-url', `${server.url}/legacy/`, ...files]
    return programCost(python, ['-m', 'twine', ...args], { cwd: folder, env: { ...env, ...own } })
  }
  const make = (/** @type {string} */ version) => {
    const script = join(import.meta.dirname, '../lib/distributions.py')
    execFileSync(python, [script, join(folder, 'dist'), PYTHON_PROJECT, version])
    return join(folder, 'dist', version)
  }
  const what = 'trustpub publish of wheel and sdist'
  return takeTurns(stage, 1, {
    ours: async (version) => ours(stage, make(version)),
    theirs: async (version) => theirs(make(version)),
    compare: (costs) => compareCosts('publish', what, name, costs),
  })
}

/**
 * @param {Stage} stage
 * @param {string} path
 */
function ours({ workbench, server, folder, env }, path) {
  const flags = ['--registry', server.url, '--provenance', 'never', '--attestations', 'never']
  const args = [...workbench.nodeFlags, TRUSTPUB, 'publish', path, ...flags]
  return programCost(workbench.node, args, { cwd: folder, env, says: [/The release is out\./] })
}

/**
 * Every publish is a new version, higher than the one before.
 * @param {Stage} stage
 * @param {number} major
 * @param {{
 *   ours: Publish,
 *   theirs: Publish,
 *   compare: (costs: [import('../lib/program-cost.mjs').ProgramCost, import('../lib/program-cost.mjs').ProgramCost]) => import('../lib/results.mjs').Result[]
 * }} publishes
 */
async function takeTurns({ workbench }, major, { ours, theirs, compare }) {
  let minor = 0
  const next = (/** @type {Publish} */ publish) => () => publish(`${major}.${minor++}.0`)
  await inTurn(WARM_UP, next(ours), next(theirs))
  return compare(await inTurn(workbench.quick ? 3 : 9, next(ours), next(theirs)))
}

/**
 * @param {string} folder
 * @param {string} version
 */
function npmFolder(folder, version) {
  const path = join(folder, version)
  mkdirSync(path)
  for (const [file, bytes] of Object.entries(packageFiles(NPM_PACKAGE, version))) {
    writeFileSync(join(path, file), bytes)
  }
  return path
}

/**
 * @param {string} folder
 * @param {string} version
 */
function npmTarball(folder, version) {
  const path = join(folder, `${version}.tgz`)
  writeFileSync(path, packTarball(packageFiles(NPM_PACKAGE, version)))
  return path
}
