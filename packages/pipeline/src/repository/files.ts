import { isUtf8 } from 'node:buffer'
import { readFileSync, realpathSync, type Stats, statSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, posix, sep } from 'node:path'
import { PipelineError, reasonOf } from '../errors.ts'
import { matchesGlob } from './globs.ts'

// The lock files of the largest monorepos have about ten megabytes.
const MAX_TEXT_BYTES = 32 * 1024 * 1024

/** The text of a file by its path from the root; undefined if there is none that can be read. */
export type ReadText = (file: string) => string | undefined

/** Texts that stand in the place of files, by path from the root: changes that are not written yet. */
export type Overlay = ReadonlyMap<string, string>

/**
 * Reads a file by its path from the root; undefined if there is none. A link that leads out of the repository leads to
 * nothing.
 * @throws PipelineError `file_unreadable` if it is there but cannot be read
 */
export type ReadFile = (file: string) => Promise<string | undefined>

/** Reads the files of a repository as they are, or as they would be. */
export function fileReader(root: string, overlay: Overlay): ReadFile {
  return async (file) => overlay.get(file) ?? (await fileIfThere(root, file))
}

async function fileIfThere(root: string, file: string): Promise<string | undefined> {
  const path = join(root, file)
  let found: Stats
  let bytes: Buffer | undefined
  try {
    found = await stat(path)
    if (!isText(found, root, path)) return undefined
    if (found.size <= MAX_TEXT_BYTES) bytes = await readFile(path)
  } catch (error) {
    return absent(error, file)
  }
  // What is decoded wrongly would be written wrongly.
  if (bytes !== undefined && isUtf8(bytes)) return bytes.toString('utf8')
  const size = Math.round(found.size / 1024 / 1024)
  const reason = bytes === undefined ? `it has ${size} MB` : 'it is not UTF-8'
  throw new PipelineError('file_unreadable', { file, reason })
}

// Deeper than people put files, and a bound on the walk.
const MAX_FOLDERS = 2000

/** The files that a pattern with `*` picks, by path from the root; `**.yml` is short for all below. */
export async function filesMatching(root: string, glob: string): Promise<readonly string[]> {
  const pattern = glob.replace(/\*\*(?=[^/])/g, '**/*')
  const found: string[] = []
  const start = posix.dirname(`${pattern.slice(0, pattern.indexOf('*'))}x`)
  if (joinInside('.', start) === undefined) return []
  const folders = [start]
  for (const folder of folders) {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      const path = posix.join(folder, entry.name)
      const isOwn = !['node_modules', '.git'].includes(entry.name)
      if (entry.isFile() && matchesGlob(path, pattern)) found.push(path)
      if (entry.isDirectory() && isOwn && folders.length < MAX_FOLDERS) folders.push(path)
    }
  }
  return found.sort()
}

function absent(error: unknown, file: string): undefined {
  const reason = reasonOf(error)
  if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(reason)) return undefined
  throw new PipelineError('file_unreadable', { file, reason })
}

/** Whoever reads a named pipe waits for ever, and `/dev/zero` has no end. */
function isText(found: Stats, root: string, path: string): boolean {
  return found.isFile() && isInside(root, path)
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
    const isReadable = found.size <= MAX_TEXT_BYTES && isText(found, root, path)
    return isReadable ? readFileSync(path, 'utf8') : undefined
  } catch {
    return undefined
  }
}

/** Tells whether a path that is there is within the repository, links followed. */
function isInside(root: string, path: string): boolean {
  const [inner, outer] = [realpathSync(path), realpathSync(root)]
  return inner === outer || inner.startsWith(`${outer}${sep}`)
}

/** Tells whether a file is a link to something outside of the repository. */
export function leadsOut(root: string, file: string): boolean {
  try {
    return !isInside(root, join(root, file))
  } catch {
    return false
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
