/** The repository's files by their path from its root, wherever a script is started. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '..')

/** @param {string} path */
export function exists(path) {
  return existsSync(join(ROOT, path))
}

/** @param {string} path */
export function read(path) {
  return readFileSync(join(ROOT, path), 'utf8')
}

/**
 * The files that git knows or would add, so nothing that is built or installed.
 * @param {RegExp} pattern
 * @returns {string[]}
 */
export function files(pattern) {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard']
  const listed = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\n')
  return [...new Set(listed)].filter((path) => pattern.test(path) && exists(path)).sort()
}
