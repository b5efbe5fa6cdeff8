import { refuse } from '../errors.ts'
import type { Item } from '../item.ts'

/** Where packages are asked for if a lock file names the public registries or none. */
export interface Registries {
  /** That of `--registry`, with a slash at the end; undefined for the public one. */
  readonly npm: URL | undefined
  readonly pypi: URL | undefined
}

/** Reads a lock file. @throws Refusal `lock_unusable` */
export type LockReader = (text: string, file: string, registries: Registries) => readonly Item[]

/** https://registry.npmjs.org/ */
export const NPMJS: URL = new URL('https://registry.npmjs.org/')
/** The simple API of PyPI. */
export const PYPI: URL = new URL('https://pypi.org/simple/')

/**
 * The registry of an npm package, from the address of its tarball; undefined if that is of none. As npm does it, the
 * registry that was given stands in for npmjs.com, and for what the lock file does not say.
 */
export function npmRegistryOf(
  name: string,
  resolved: string | undefined,
  given: URL | undefined,
): URL | undefined {
  if (resolved === undefined) return given ?? NPMJS
  if (!/^https?:\/\//.test(resolved) || !URL.canParse(resolved)) return undefined
  const { origin, host, pathname } = new URL(resolved)
  if (host === NPMJS.host) return given ?? NPMJS
  // GitHub's registry keeps its tarballs elsewhere on the same host.
  if (host === 'npm.pkg.github.com') return new URL('/', origin)
  const end = pathname.replaceAll(/%2f/gi, '/').replaceAll(/%40/g, '@').indexOf(`/${name}/-/`)
  return end < 0 ? undefined : new URL(`${pathname.slice(0, end)}/`, origin)
}

/** The index of a Python package, by the address that a lock file names. */
export function pypiRegistryOf(named: string | undefined, given: URL | undefined): URL {
  const url = named !== undefined && URL.canParse(named) ? withSlash(new URL(named)) : PYPI
  return url.host === PYPI.host ? (given ?? PYPI) : url
}

/** The same address with a slash at the end, so that what is below it can be resolved. */
export function withSlash(url: URL): URL {
  return url.pathname.endsWith('/') ? url : new URL(`${url.origin}${url.pathname}/`)
}

export function unusable(file: string, reason: string): Error {
  return refuse('lock_unusable', { file, reason })
}
