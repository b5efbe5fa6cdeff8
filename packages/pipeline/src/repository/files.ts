import { readFileSync, realpathSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, posix, sep } from 'node:path'
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

// The lock files of the largest monorepos have about ten megabytes.
const MAX_TEXT_BYTES = 32 * 1024 * 1024

/** The text of a file by its path from the root; undefined if there is none that can be read. */
export type ReadText = (file: string) => string | undefined

/** Texts that stand in the place of files, by path from the root: changes that are not written yet. */
export type Overlay = ReadonlyMap<string, string>

/** Reads a file by its path from the root; undefined if there is none. Throws as `readIfThere`. */
export type ReadFile = (file: string) => Promise<string | undefined>

/** Reads the files of a repository as they are, or as they would be. */
export function fileReader(root: string, overlay: Overlay): ReadFile {
  return async (file) => overlay.get(file) ?? (await readIfThere(join(root, file)))
}

/**
 * Reads the files of a repository, each once. Waits for the disk: scripts are found one by one while reading. A link
 * that leads out of the repository leads to nothing.
 */
export function textReader(root: string, overlay: Overlay): ReadText {
  const texts = new Map<string, string | undefined>(overlay)
  return (file) => {
    if (!texts.has(file)) texts.set(file, textIfThere(root, file))
    return texts.get(file)
  }
}

function textIfThere(root: string, file: string): string | undefined {
  try {
    const path = join(root, file)
    const found = statSync(path)
    const readable = found.isFile() && found.size <= MAX_TEXT_BYTES && isInside(root, path)
    return readable ? readFileSync(path, 'utf8') : undefined
  } catch {
    return undefined
  }
}

/** Tells whether a path that is there is within the repository, links followed. */
export function isInside(root: string, path: string): boolean {
  return realpathSync(path).startsWith(`${realpathSync(root)}${sep}`)
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
