/** Shorthands of package.json's `repository`, and what they stand for. */
const FORGES: Readonly<Record<string, string>> = {
  github: 'https://github.com/',
  gitlab: 'https://gitlab.com/',
  bitbucket: 'https://bitbucket.org/',
}

/**
 * The address of a repository as package.json names it, in the form that forges write in certificates:
 * `https://host/path`, without `.git`. Undefined if there is none.
 */
export function repositoryUrl(repository: unknown): string | undefined {
  const text =
    typeof repository === 'object' && repository !== null && 'url' in repository
      ? repository.url
      : repository
  if (typeof text !== 'string') return undefined
  const [place = ''] = text.trim().split('#')
  const [, forge = 'github', short] = /^(?:(\w+):)?([\w.-]+(?:\/[\w.-]+)+)$/.exec(place) ?? []
  if (short !== undefined) {
    const base = FORGES[forge]
    return base === undefined ? undefined : base + withoutSuffix(short)
  }
  return addressOf(place.replace(/^git\+/, ''))
}

/** Where the pages of a repository are that git clones from `https://host/path.git`, `ssh://…` or `git@host:path.git`. */
function addressOf(remote: string): string | undefined {
  const [, server, path] = /^[\w.-]+@([\w.-]+):(?!\/)(.+)$/.exec(remote) ?? []
  if (server !== undefined && path !== undefined) return `https://${server}/${withoutSuffix(path)}`
  if (!/^(?:https?|ssh|git):\/\//.test(remote) || !URL.canParse(remote)) return undefined
  const { protocol, host, hostname, pathname } = new URL(remote)
  const isWeb = /^https?:$/.test(protocol)
  // The port of ssh says nothing about that of the pages.
  return `${isWeb ? protocol : 'https:'}//${isWeb ? host : hostname}${withoutSuffix(pathname)}`
}

function withoutSuffix(path: string): string {
  return path.replace(/\/+$/, '').replace(/\.git$/, '')
}
