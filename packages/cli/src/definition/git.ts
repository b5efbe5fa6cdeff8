import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from '../tools/run.ts'
import type { Author } from './choices.ts'

/** Who git says that the person is; undefined without git, or if it does not know. */
export async function authorFromGit(cwd: string): Promise<Author | undefined> {
  const [name, email] = [
    await git(cwd, 'config', 'user.name'),
    await git(cwd, 'config', 'user.email'),
  ]
  return name && email ? { name, email } : undefined
}

/** Whether a folder is part of a git repository. Git itself is not asked: it refuses those of other people. */
export function isInRepository(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true
  const above = dirname(folder)
  return above !== folder && isInRepository(above)
}

/** Makes a folder a git repository with the branch `main`. False if git cannot. */
export async function initRepository(folder: string): Promise<boolean> {
  if ((await git(folder, 'init', '--quiet')) === undefined) return false
  // `init -b` is newer than the git of some machines.
  return (await git(folder, 'symbolic-ref', 'HEAD', 'refs/heads/main')) !== undefined
}

/** What git prints; undefined if it fails, or is not there. */
async function git(cwd: string, ...args: readonly string[]): Promise<string | undefined> {
  try {
    const { status, stdout } = await run('git', args, { cwd, env: process.env })
    return status === 0 ? stdout.trim() : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
