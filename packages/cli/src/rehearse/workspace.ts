import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'

/** Folders that a fresh checkout does not have. */
const LEFT_OUT = new Set(['.git', 'node_modules', 'dist', '.venv', 'venv', '__pycache__', '.cache'])

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
  /** A new empty folder. */
  readonly emptyFolder: (name: string) => Promise<string>
  readonly remove: () => Promise<void>
}

/** Copies what a fresh checkout of `directory` would hold: tracked and new files, nothing that git ignores. */
export async function copyRepository(directory: string): Promise<Workspace> {
  const root = await mkdtemp(join(tmpdir(), 'trustpub-rehearsal-'))
  const copy = join(root, 'repository')
  await mkdir(copy)
  const files = await gitFiles(directory)
  if (files === undefined) await copyFolder(directory, copy)
  else await copyFiles(directory, copy, files)
  await removeStored(copy)
  const home = join(root, 'home')
  await mkdir(home)
  return {
    directory: copy,
    home,
    emptyFolder: async (name) => {
      const folder = join(root, name)
      await mkdir(folder, { recursive: true })
      return folder
    },
    remove: () => rm(root, { recursive: true, force: true }),
  }
}

async function gitFiles(directory: string): Promise<string[] | undefined> {
  const args = ['-C', directory, 'ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const listed = await promisify(execFile)('git', args, { maxBuffer: 64 * 1024 * 1024 }).catch(
    () => undefined,
  )
  const files = listed?.stdout.split('\0').filter((file) => file !== '')
  return files === undefined || files.length === 0 ? undefined : files
}

async function copyFiles(from: string, to: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    // A file that was deleted and not committed is still listed.
    if ((await stat(join(from, file)).catch(() => undefined)) === undefined) continue
    await mkdir(dirname(join(to, file)), { recursive: true })
    await cp(join(from, file), join(to, file), { recursive: true, verbatimSymlinks: true })
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  const filter = (source: string) =>
    !relative(from, source)
      .split(sep)
      .some((part) => LEFT_OUT.has(part))
  await cp(from, to, { recursive: true, filter, verbatimSymlinks: true })
}

async function removeStored(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const lines = STORED[entry.name]
    if (lines === undefined || !entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    await writeFile(path, (await readFile(path, 'utf8')).replace(lines, ''))
  }
}
