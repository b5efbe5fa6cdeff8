import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../tools/run.ts'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * Makes the copy of a repository what a CI's checkout is: one commit, with the tag of the run on it. Builds ask git for
 * a version (setuptools-scm, hatch-vcs) or a commit. Does nothing on a machine without git.
 */
export async function checkOut(directory: string, ref: string, env: Variables): Promise<void> {
  const git = async (...args: readonly string[]): Promise<void> => {
    const own = { ...env, ...OF_NOBODY }
    await run('git', args, { cwd: directory, env: own }).catch(ifMissing)
  }
  if ((await stat(join(directory, '.git')).catch(() => undefined)) === undefined) {
    await git('init', '--quiet', '--initial-branch=main')
    // What is ignored was not copied, but for files that are tracked all the same.
    await git('add', '--all', '--force')
    await git('commit', '--quiet', '--allow-empty', '--message=rehearsal')
  } else {
    // What the rehearsal itself changed must not make the version that of a changed checkout.
    await git('commit', '--quiet', '--all', '--amend', '--no-edit', '--allow-empty')
  }
  const tag = /^refs\/tags\/(.+)$/.exec(ref)?.[1]
  if (tag !== undefined) await git('tag', '--force', tag)
}

/** No settings of this machine: those may sign commits or run hooks. */
const OF_NOBODY = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'rehearsal',
  GIT_AUTHOR_EMAIL: 'rehearsal@localhost',
  GIT_COMMITTER_NAME: 'rehearsal',
  GIT_COMMITTER_EMAIL: 'rehearsal@localhost',
}

function ifMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
