import { readFileSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import { PipelineError, reasonOf } from '../errors.ts'

/**
 * The text of a file; undefined if there is none.
 * @throws PipelineError `file_unreadable` if it is there but cannot be read.
 */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const reason = reasonOf(error)
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(reason)) return undefined
    throw new PipelineError('file_unreadable', { file: path, reason })
  }
}

// A script that somebody wrote is far smaller.
const MAX_SCRIPT_BYTES = 1024 * 1024

/** The text of a script; undefined if there is none that can be read. Waits: scripts are found one by one while reading. */
export function textIfThere(path: string): string | undefined {
  try {
    const found = statSync(path)
    return found.isFile() && found.size <= MAX_SCRIPT_BYTES ? readFileSync(path, 'utf8') : undefined
  } catch {
    return undefined
  }
}

/**
 * Joins a path to a directory, both relative to the root of the repository; `.` for the root itself.
 * Undefined if that leaves the repository, or is only known at run time.
 */
export function joinInside(directory: string, path: string): string | undefined {
  if (/[$`]/.test(path)) return undefined
  const joined = posix.normalize(posix.join(directory, path)).replace(/(?<=.)\/$/, '')
  if (path.startsWith('/') || path.startsWith('~')) return undefined
  return joined === '..' || joined.startsWith('../') ? undefined : joined
}
