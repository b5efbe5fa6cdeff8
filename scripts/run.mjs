/** Runs a program and says how it went. */
import { spawn } from 'node:child_process'
import { ROOT } from './files.mjs'

/**
 * @typedef {object} Outcome
 * @property {boolean} ok
 * @property {string} output what it printed, if it was captured
 * @property {string} seconds
 */

/**
 * @param {readonly string[]} command
 * @param {{ capture?: boolean, env?: NodeJS.ProcessEnv }} [options] without `capture` the output goes to ours
 * @returns {Promise<Outcome>}
 */
export function run([program = '', ...args], { capture = false, env = process.env } = {}) {
  const started = performance.now()
  const stdio = capture ? 'pipe' : 'inherit'
  const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', stdio, stdio] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  }
  return new Promise((resolve) => {
    const end = (ok) => {
      resolve({ ok, output, seconds: ((performance.now() - started) / 1000).toFixed(1) })
    }
    child.on('close', (status) => end(status === 0))
    child.on('error', (error) => {
      output += `${program} did not start: ${error.message}\n`
      end(false)
    })
  })
}
