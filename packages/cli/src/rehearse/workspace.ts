import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import {
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { interruption } from '../tools/interruption.ts'

const execute = promisify(execFile)

/** Folders that a fresh checkout does not have. */
const LEFT_OUT = new Set(['.git', 'node_modules', 'dist', '.venv', 'venv', '__pycache__', '.cache'])

/** Files that are copied side by side: enough to keep a disk busy. */
const AT_ONCE = 32

/** Where the file system can, a copy shares its blocks with the original until one of them changes. */
const COPYING = { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE }

/** Lines in client configuration that hold stored credentials. */
const STORED: Readonly<Record<string, RegExp>> = {
  '.npmrc': /^.*(?:_authToken|_auth|_password|username|email)\s*=.*\n?/gim,
  '.yarnrc.yml': /^\s*npmAuth(?:Token|Ident)\s*:.*\n?/gim,
  '.pypirc': /^\s*(?:password|username)\s*[=:].*\n?/gim,
}

/** A throw-away copy of a repository. */
export interface Workspace {
  /** The copy, with every stored credential removed. */
  readonly directory: string
  /** A home folder without configuration. */
  readonly home: string
  /** A folder on the PATH of everything that is run, for programs that this machine does not have. */
  readonly bin: string
  /** A new empty folder. */
  readonly emptyFolder: (name: string) => Promise<string>
  readonly remove: () => Promise<void>
}

/** Copies what a fresh checkout of `directory` would hold: tracked and new files, nothing that git ignores. */
export async function copyRepository(directory: string): Promise<Workspace> {
  // Clients take the real path, which on some machines is another than that of the temporary folder.
  const root = await realpath(await mkdtemp(join(tmpdir(), 'trustpub-rehearsal-')))
  const copy = join(root, 'repository')
  const home = join(root, 'home')
  try {
    await mkdir(copy)
    await mkdir(home)
    const files = await gitFiles(directory)
    if (files === undefined) await copyFolder(directory, copy)
    else await copyFiles(directory, copy, files)
    await removeStored(copy)
  } catch (error) {
    await removeFolder(root)
    throw error
  }
  return {
    directory: copy,
    home,
    bin: join(root, 'bin'),
    emptyFolder: async (name) => {
      const folder = join(root, name)
      await mkdir(folder, { recursive: true })
      return folder
    },
    remove: () => removeFolder(root),
  }
}

/** What a client is still writing there, as it ends, makes a folder not empty for a moment. */
function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

/**
 * What git would list: tracked and new files, none that it ignores. Also where the directory is no repository, so that
 * its `.gitignore` counts. Undefined without git.
 */
async function gitFiles(directory: string): Promise<string[] | undefined> {
  const listed = await lsFiles(['-C', directory], ['--cached'])
  if (listed !== undefined && listed.length > 0) return listed
  const empty = await mkdtemp(join(tmpdir(), 'trustpub-git-'))
  try {
    await execute('git', ['init', '--quiet', '--bare', empty])
    const files = await lsFiles(['-C', directory, `--git-dir=${empty}`, '--work-tree=.'], [])
    return files?.filter((file) => !isLeftOut(file))
  } catch {
    return undefined
  } finally {
    await removeFolder(empty)
  }
}

async function lsFiles(where: string[], which: string[]): Promise<string[] | undefined> {
  const args = [...where, 'ls-files', '-z', ...which, '--others', '--exclude-standard']
  const listed = await execute('git', args, { maxBuffer: 64 * 1024 * 1024 }).catch(() => undefined)
  return listed?.stdout.split('\0').filter((file) => file !== '')
}

async function copyFiles(from: string, to: string, files: readonly string[]): Promise<void> {
  for (let at = 0; at < files.length; at += AT_ONCE) {
    interruption.throwIfAborted()
    await Promise.all(files.slice(at, at + AT_ONCE).map((file) => copyFile(from, to, file)))
  }
}

async function copyFile(from: string, to: string, file: string): Promise<void> {
  // A file that was deleted and not committed is still listed.
  if ((await lstat(join(from, file)).catch(() => undefined)) === undefined) return
  await mkdir(dirname(join(to, file)), { recursive: true })
  await cp(join(from, file), join(to, file), COPYING)
}

async function copyFolder(from: string, to: string): Promise<void> {
  const filter = (source: string) => {
    interruption.throwIfAborted()
    return !isLeftOut(relative(from, source))
  }
  await cp(from, to, { ...COPYING, filter })
}

function isLeftOut(path: string): boolean {
  return path.split(/[\\/]/).some((part) => LEFT_OUT.has(part))
}

async function removeStored(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const lines = STORED[entry.name]
    if (lines === undefined) continue
    const path = join(entry.parentPath, entry.name)
    // A link may lead to the settings of this machine; its target in the repository is found by itself.
    if (entry.isSymbolicLink()) await rm(path)
    if (!entry.isFile()) continue
    await writeFile(path, (await readFile(path, 'utf8')).replace(lines, ''))
  }
}
