import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { install } from '../../scripts/node-matrix.mjs'

const BENCH = join(import.meta.dirname, '..')
const ROOT = join(BENCH, '..')
/** Verdaccio 6.10 asks for at least this. */
const MIN_NODE = 22
/** For machines with an older one. */
const NODE_VERSION = '24.21.0'

/**
 * @typedef {object} Workbench
 * @property {string} node the Node that runs both servers
 * @property {readonly string[]} nodeFlags for trustpub's server and commands, such as --cpu-prof
 * @property {string} root where servers have their state; on the disk of the repository, not in memory
 * @property {(name: string) => string} folder makes an empty folder below it
 * @property {boolean} quick
 */

/**
 * @param {boolean} quick
 * @returns {Promise<Workbench>}
 */
export async function prepareWorkbench(quick) {
  installDependencies()
  const isNew = Number(process.versions.node.split('.')[0]) >= MIN_NODE
  const node = isNew ? process.execPath : join(await install(NODE_VERSION), 'node')
  const root = join(ROOT, '.cache/bench')
  mkdirSync(root, { recursive: true })
  return {
    node,
    nodeFlags: (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter((flag) => flag !== ''),
    root,
    folder: (name) => mkdtempSync(join(root, `${name}-`)),
    quick,
  }
}

/** Verdaccio and projen, once, and again when the lock file changes. */
export function installDependencies() {
  const lock = readFileSync(join(BENCH, 'package-lock.json'), 'utf8')
  const note = join(BENCH, 'node_modules/.installed-lock.json')
  if (existsSync(note) && readFileSync(note, 'utf8') === lock) return
  console.error('Installing Verdaccio and projen (once) …')
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', ['ci', ...flags], { cwd: BENCH, stdio: ['ignore', 'ignore', 'inherit'] })
  writeFileSync(note, lock)
}
