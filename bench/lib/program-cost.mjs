import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * @typedef {object} ProgramCost
 * @property {number} cpu milliseconds, user and system, of the whole process from its start to its end
 * @property {number} wall milliseconds
 */

/** bash asks the kernel what its child used. Node cannot, and in /proc there is nothing of a process that has ended. */
const SCRIPT = '{ time "$@" >/dev/null 2>&3; } 2>&1'
/** Seconds of wall, user and system time, to the millisecond. */
const TIMEFORMAT = '%3R %3U %3S'

/**
 * Runs a Node program to its end in an empty folder.
 * @param {string} node
 * @param {readonly string[]} args
 * @returns {ProgramCost}
 */
export function programCost(node, args) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  try {
    const { status, stdout, output } = spawnSync('bash', ['-c', SCRIPT, 'bash', node, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, TIMEFORMAT, LC_ALL: 'C', PROJEN_DISABLE_POST: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    })
    const [wall, user, system] = stdout.trim().split(' ').map(Number)
    if (status !== 0 || wall === undefined || user === undefined || system === undefined) {
      throw new Error(`node ${args.join(' ')} failed:\n${output[3]}`)
    }
    return { cpu: (user + system) * 1000, wall: wall * 1000 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
