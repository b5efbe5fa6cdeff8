import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

/** Linux counts CPU time for user programs in hundredths of a second, whatever the kernel's own tick is. */
const TICKS_PER_SECOND = 100
/** A server that is not up by then never will be. */
const START_TIMEOUT_MS = 30_000
/** A request that comes while a server is still starting may never be answered. */
const PING_TIMEOUT_MS = 500

/**
 * CPU seconds that a process has used so far, in all its threads, user and system.
 * @param {number} pid
 */
export function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field is the program's name in parentheses and may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/**
 * The most memory that a process has had so far, in MB.
 * @param {number} pid
 */
export function peakMemory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024
}

/**
 * Starts a server and waits until it answers at `url`.
 * @param {string} node
 * @param {readonly string[]} args
 * @param {{ url: string, cwd: string, env?: Record<string, string> }} where
 */
export async function startServer(node, args, { url, cwd, env = {} }) {
  const child = spawn(node, args, {
    cwd,
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (text) => {
    output += text
  })
  child.stderr.on('data', (text) => {
    output += text
  })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const end = performance.now() + START_TIMEOUT_MS
  while (!(await answers(url))) {
    if (child.exitCode !== null || performance.now() > end) {
      child.kill()
      throw new Error(`${args[0]} did not start:\n${output}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    pid: child.pid ?? 0,
    output: () => output,
    stop: async () => {
      child.kill()
      await exited
    },
  }
}

/** @param {string} url */
async function answers(url) {
  try {
    return (await fetch(`${url}/-/ping`, { signal: AbortSignal.timeout(PING_TIMEOUT_MS) })).ok
  } catch {
    return false
  }
}

/** A port of 127.0.0.1 that nobody uses. */
export async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  await new Promise((resolve) => server.close(resolve))
  return port
}
