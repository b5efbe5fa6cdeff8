import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Where a project lives. */
export interface Repository {
  /** `github.com`, `gitlab.com` or the host of a server of one's own. */
  readonly host: string
  /** `owner/name`; at GitLab the full path of the project. */
  readonly path: string
}

/** Longer ways up are no checkout that somebody works in. */
const MAX_LEVELS_UP = 20

/**
 * The repository that a definition names (`owner/name`, `gitlab:group/name` or a URL), else the git remote `origin` of
 * the folder. Undefined if neither tells.
 */
export function findRepository(given: string | undefined, folder: string): Repository | undefined {
  return given === undefined ? remoteOf(folder) : parseRepository(given)
}

/** Reads `owner/name`, `github:owner/name`, an https or an ssh address. */
export function parseRepository(text: string): Repository | undefined {
  const plain = text
    .trim()
    .replace(/^git\+/, '')
    .replace(/\.git$/, '')
    .replace(/\/+$/, '')
  const short = /^(?:(github|gitlab):)?([\w-][\w.-]*(?:\/[\w.-]+)+)$/.exec(plain)
  if (short !== null) return { host: `${short[1] ?? 'github'}.com`, path: short[2] ?? '' }
  const scp = /^[\w.-]+@([\w.-]+):(?!\/)([\w./~-]+)$/.exec(plain)
  if (scp !== null) return { host: scp[1] ?? '', path: scp[2] ?? '' }
  if (!URL.canParse(plain)) return undefined
  const { hostname, pathname } = new URL(plain)
  const path = pathname.slice(1)
  return hostname !== '' && /^[\w.-]+(?:\/[\w.~-]+)+$/.test(path)
    ? { host: hostname, path }
    : undefined
}

export function isGitlab({ host }: Repository): boolean {
  return /(?:^|\.)gitlab\./.test(host)
}

export function repositoryUrl({ host, path }: Repository): string {
  return `https://${host}/${path}`
}

/** The address of `origin` in the git configuration of the folder or one above it. */
function remoteOf(folder: string): Repository | undefined {
  let at = folder
  for (let level = 0; level < MAX_LEVELS_UP; level++) {
    const config = readConfig(join(at, '.git'))
    if (config !== undefined) {
      const url = /\[remote "origin"\][^[]*?^\s*url\s*=\s*(\S+)/m.exec(config)?.[1]
      return url === undefined ? undefined : parseRepository(url)
    }
    const above = resolve(at, '..')
    if (above === at) return undefined
    at = above
  }
  return undefined
}

/** In a worktree `.git` is a file that says where the repository is. */
function readConfig(git: string): string | undefined {
  const direct = textOf(join(git, 'config'))
  if (direct !== undefined) return direct
  const pointer = /^gitdir:\s*(.+)$/m.exec(textOf(git) ?? '')?.[1]
  if (pointer === undefined) return undefined
  const worktree = resolve(git, '..', pointer.trim())
  const common = textOf(join(worktree, 'commondir'))?.trim()
  return textOf(join(worktree, common ?? '.', 'config'))
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
