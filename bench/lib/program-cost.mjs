import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * @typedef {object} ProgramCost
 * @property {number} cpu milliseconds, user and system, of the whole process from its start to its end
 * @property {number} wall milliseconds
 *
 * @typedef {object} RunOptions
 * @property {string} [cwd] an empty folder by default
 * @property {Record<string, string | undefined>} [env] that of this process by default
 * @property {readonly RegExp[]} [says] what the program must print, or it did something else than was to be measured
 */

/** bash asks the kernel what its child used. Node cannot, and in /proc there is nothing of a process that has ended. */
const SCRIPT = '{ time "$@" >&3 2>&3; } 2>&1'
/** Seconds of wall, user and system time, to the millisecond. */
const TIMEFORMAT = '%3R %3U %3S'

/** Loaded into a Node program, it writes the peak of its memory into a file. */
const PEAK_MEMORY = join(import.meta.dirname, 'peak-memory.cjs')

/**
 * Runs a program to its end.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<ProgramCost>}
 */
export async function programCost(program, args, options = {}) {
  return withFolder(async (folder) => {
    const { cwd = folder, env = process.env, says = [] } = options
    const child = spawn('bash', ['-c', SCRIPT, 'bash', program, ...args], {
      cwd,
      env: { ...env, TIMEFORMAT, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    })
    const ended = new Promise((resolve) => child.once('close', resolve))
    const [times, output] = [collect(child.stdio[1]), collect(child.stdio[3])]
    const status = await ended
    const [wall, user, system] = times().trim().split(' ').map(Number)
    const missing = says.find((text) => !text.test(output()))
    if (
      status !== 0 ||
      missing !== undefined ||
      wall === undefined ||
      user === undefined ||
      system === undefined
    ) {
      const reason = missing === undefined ? '' : ` to say ${missing}`
      throw new Error(`${program} ${args.join(' ')} failed${reason}:\n${output()}`)
    }
    return { cpu: (user + system) * 1000, wall: wall * 1000 }
  })
}

/**
 * The same of a Node program, with the peak of its memory in MB.
 * @param {string} node
 * @param {readonly string[]} args
 * @param {RunOptions} options
 * @returns {Promise<ProgramCost & { memory: number }>}
 */
export async function nodeCost(node, args, { env = process.env, ...options }) {
  return withFolder(async (folder) => {
    const file = join(folder, 'peak')
    const all = { ...options, env: { ...env, BENCH_PEAK_MEMORY: file } }
    const cost = await programCost(node, ['--require', PEAK_MEMORY, ...args], all)
    return { ...cost, memory: Number(readFileSync(file, 'utf8')) / 1024 }
  })
}

/**
 * @template T
 * @param {(folder: string) => Promise<T>} work
 */
async function withFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @param {any} stream */
function collect(stream) {
  let all = ''
  stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    all += text
  })
  return () => all
}
