import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Repository } from '../model.ts'
import type { Manifests } from './manifests.ts'

/** Where a repository lives. */
export interface Remote {
  readonly host: string
  readonly path: string
}

/**
 * Reads where the repository lives: the remote `origin`, else the manifests. Reads the files of git
 * as text (gitrepository-layout(5)), so that neither git nor a clean checkout is needed.
 */
export async function readRepository(root: string, manifests: Manifests): Promise<Repository> {
  const git = await gitDirectories(root)
  const config = git && (await textOf(join(git.common, 'config')))
  const remotes = remotesOf(config ?? '')
  const remote = remotes.get('origin') ?? fromManifests(manifests)
  const known = [...remotes].toSorted(([a], [b]) => Number(b === 'origin') - Number(a === 'origin'))
  const head = git && (await textOf(join(git.own, 'HEAD')))
  const commit = git && (await commitOf(git, head?.trim() ?? ''))
  return {
    ...remote,
    ...(known.length > 0 && { remotes: known.map(([, one]) => one) }),
    defaultBranch: (git && (await defaultBranch(git.common, head ?? ''))) ?? 'main',
    ...(commit !== undefined && { commit }),
  }
}

/**
 * Host and path of a git URL: https, ssh, git, `git@host:path`, and the shorthands of `package.json`
 * (`owner/name`, `github:owner/name`). Undefined for everything else; user names and passwords are dropped.
 */
export function parseRemote(url: string): Remote | undefined {
  const short = /^(?:(github|gitlab|bitbucket):)?(\w[\w.-]*(?:\/[\w.-]+)+)$/.exec(url)
  if (short !== null) return remote(SHORT_HOSTS[short[1] ?? 'github'] ?? '', short[2] ?? '')
  const scp = /^(?:[^@/\s]+@)?([\w.-]+\.[\w-]+):(?!\/\/)\/?(\S+)$/.exec(url)
  if (scp !== null) return remote(scp[1] ?? '', scp[2] ?? '')
  const full = /^(?:git\+)?(?:https?|ssh|git):\/\/(?:[^@/\s]*@)?([^/:\s]+)(?::\d+)?\/(\S+)$/.exec(
    url,
  )
  return full === null ? undefined : remote(full[1] ?? '', full[2] ?? '')
}

const SHORT_HOSTS: Readonly<Record<string, string>> = {
  github: 'github.com',
  gitlab: 'gitlab.com',
  bitbucket: 'bitbucket.org',
}

function remote(host: string, written: string): Remote | undefined {
  const bare = written
    .replace(/[#?].*$/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
  const segments = bare.split('/').filter((segment) => segment !== '')
  // `owner/name/tree/main/…` points into a repository at GitHub, which has no groups within groups.
  const names = host === 'github.com' ? segments.slice(0, 2) : segments
  if (names.length < 2 || !names.every(isName)) return undefined
  return { host: host.toLowerCase(), path: names.join('/') }
}

/** A name that an owner, a group or a repository can have; not `.`, nor a variable. */
function isName(segment: string): boolean {
  return /^[\w.~+-]+$/.test(segment) && !/^\.+$/.test(segment)
}

/** What the manifests at the root say; where they say nothing, what all others agree on. */
function fromManifests({ npm, python }: Manifests): Remote | undefined {
  const written = [...npm, ...python].flatMap(({ directory, repository }) => {
    const remote = parseRemote(repository ?? '')
    return remote === undefined ? [] : [{ directory, remote }]
  })
  const ofRoot = written.find(({ directory }) => directory === '.')
  const [first] = written
  const agreed = written.every(({ remote }) => isDeepStrictEqual(remote, first?.remote))
  return (ofRoot ?? (agreed ? first : undefined))?.remote
}

/** The names of the tags that git has here, newest versions not first. */
export async function readTags(root: string): Promise<readonly string[]> {
  const git = await gitDirectories(root)
  if (git === undefined) return []
  const packed = (await textOf(join(git.common, 'packed-refs'))) ?? ''
  const names = [...packed.matchAll(/^[0-9a-f]+ refs\/tags\/(\S+)$/gm)].map(([, name = '']) => name)
  const loose = await readdir(join(git.common, 'refs/tags'), { recursive: true }).catch(() => [])
  return [...new Set([...names, ...loose.map((name) => name.replaceAll('\\', '/'))])]
}

interface GitDirectories {
  /** HEAD of this checkout. */
  readonly own: string
  /** Configuration and refs, shared by all worktrees. */
  readonly common: string
}

async function gitDirectories(root: string): Promise<GitDirectories | undefined> {
  const dot = join(root, '.git')
  if ((await textOf(join(dot, 'HEAD'))) !== undefined) return { own: dot, common: dot }
  // In a worktree or a submodule `.git` is a file that names the directory.
  const link = /^gitdir: (.+)$/m.exec((await textOf(dot)) ?? '')?.[1]
  if (link === undefined) return undefined
  const own = resolve(root, link.trim())
  const common = await textOf(join(own, 'commondir'))
  return { own, common: common === undefined ? own : resolve(own, common.trim()) }
}

/** The remotes of a git configuration, by their names. */
function remotesOf(config: string): ReadonlyMap<string, Remote> {
  const found = new Map<string, Remote>()
  let name: string | undefined
  for (const line of config.split('\n')) {
    if (/^\s*\[/.test(line)) name = /^\s*\[remote "([^"]+)"\]/.exec(line)?.[1]
    const url = /^\s*url\s*=\s*(.+?)\s*$/.exec(line)?.[1]?.replace(/^"(.*)"$/, '$1')
    const remote = name === undefined || url === undefined ? undefined : parseRemote(url)
    if (name !== undefined && remote !== undefined) found.set(name, remote)
  }
  return found
}

async function defaultBranch(common: string, head: string): Promise<string | undefined> {
  const origin = await textOf(join(common, 'refs/remotes/origin/HEAD'))
  const named = /^ref: refs\/remotes\/origin\/(.+)$/m.exec(origin ?? '')?.[1]
  return (named ?? /^ref: refs\/heads\/(.+)$/m.exec(head)?.[1])?.trim()
}

async function commitOf(git: GitDirectories, head: string): Promise<string | undefined> {
  const ref = /^ref: (.+)$/.exec(head)?.[1]
  if (ref === undefined) return commitId(head)
  const loose = await textOf(join(git.common, ref))
  if (loose !== undefined) return commitId(loose.trim())
  const packed = (await textOf(join(git.common, 'packed-refs'))) ?? ''
  const line = packed.split('\n').find((one) => one.endsWith(` ${ref}`))
  return line === undefined ? undefined : commitId(line.split(' ', 1)[0] ?? '')
}

/** A commit id is 40 hex digits, 64 where the repository uses SHA-256. */
function commitId(text: string): string | undefined {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text) ? text : undefined
}

/** What git keeps helps where it can be read; where not, the release does not fail of it. */
function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}
