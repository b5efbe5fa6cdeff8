import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TrustMaterial } from '@sigstore/verify'
import { Refusal } from '@trustpub/identity'
import { refuse } from './errors.ts'
import { rememberIssuer } from './remembered.ts'

/** Where the roots of trust come from. `cache` is a folder that is made if it is not there. */
export type TrustSource =
  /** Sigstore's public instance, through its TUF repository. */
  | { readonly kind: 'public'; readonly cache: string }
  /** A file `trusted_root.json`; never contacts the network. */
  | { readonly kind: 'file'; readonly path: string }
  /** Another TUF repository; `root` is the file with its first root metadata. */
  | { readonly kind: 'tuf'; readonly url: string; readonly root: string; readonly cache: string }

/** The authorities and logs that bundles are checked with. */
export interface Trust {
  readonly material: TrustMaterial
  /** True if the TUF repository could not be reached and the copy in the cache is used. */
  readonly offline: boolean
}

/** The public TUF repository; the library brings its first root, and a copy of the trusted root. */
const PUBLIC_TUF = 'https://tuf-repo-cdn.sigstore.dev'
/** A machine without the network should not wait long for what it has in the cache. */
const TIMEOUT_MS = 5000

/**
 * Loads the roots of trust; once for many bundles. A TUF repository that cannot be reached is no error as long as the
 * cache holds a copy, which the library's own copy of the public root is at first.
 * @throws Refusal `trust_unavailable`, `trust_invalid`
 */
export async function loadTrust(source: TrustSource): Promise<Trust> {
  switch (source.kind) {
    case 'file':
      return { material: await readRoot(source.path), offline: false }
    case 'public':
      return fromTuf({ mirrorURL: PUBLIC_TUF, cachePath: source.cache })
    case 'tuf': {
      // A repository that was set up anew has another root, and what was cached of the former one would contradict it.
      const root = await readOrRefuse(source.root)
      const cachePath = join(source.cache, createHash('sha256').update(root).digest('hex'))
      const mirrorURL = source.url.replace(/\/$/, '')
      return fromTuf({ mirrorURL, cachePath, rootPath: source.root })
    }
  }
}

interface Repository {
  readonly mirrorURL: string
  readonly cachePath: string
  readonly rootPath?: string
}

async function fromTuf(repository: Repository): Promise<Trust> {
  const { getTrustedRoot } = await import('@sigstore/tuf')
  const source = repository.mirrorURL
  try {
    await mkdir(repository.cachePath, { recursive: true })
    const root = await getTrustedRoot({ ...repository, retry: { retries: 1 }, timeout: TIMEOUT_MS })
    return { material: await toMaterial(root, source), offline: false }
  } catch (error) {
    if (error instanceof Refusal) throw error
    const reason = reasonOf(error)
    if (!isUnreachable(error)) throw refuse('trust_invalid', { source, reason })
    const cached = join(cacheOf(repository), 'targets', 'trusted_root.json')
    try {
      return { material: await readRoot(cached), offline: true }
    } catch {
      throw refuse('trust_unavailable', { source, reason })
    }
  }
}

/** Where the library keeps what it has of a repository. */
function cacheOf({ mirrorURL, cachePath }: Repository): string {
  const { host, pathname } = new URL(mirrorURL)
  return join(cachePath, encodeURIComponent(host + pathname.replace(/\/$/, '')))
}

/** Whether the network or the server failed; everything else speaks against what the repository says. */
function isUnreachable(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.constructor.name === 'DownloadHTTPError' || cause.name === 'FetchError') return true
    if (cause.constructor.name !== 'TUFError' && 'code' in cause) return true
  }
  return false
}

async function readRoot(path: string): Promise<TrustMaterial> {
  const { TrustedRoot } = await import('@sigstore/protobuf-specs')
  const text = await readOrRefuse(path)
  try {
    return await toMaterial(TrustedRoot.fromJSON(JSON.parse(text)), path)
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw refuse('trust_invalid', { source: path, reason: reasonOf(error) })
  }
}

async function toMaterial(
  root: Parameters<typeof import('@sigstore/verify').toTrustMaterial>[0],
  source: string,
): Promise<TrustMaterial> {
  const { toTrustMaterial } = await import('@sigstore/verify')
  const material = toTrustMaterial(root)
  for (const { certChain } of material.certificateAuthorities) certChain.forEach(rememberIssuer)
  if (material.certificateAuthorities.length > 0 && material.tlogs.length > 0) return material
  const reason = 'it names no certificate authority or no transparency log'
  throw refuse('trust_invalid', { source, reason })
}

async function readOrRefuse(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw refuse('trust_unavailable', { source: path, reason: reasonOf(error) })
  }
}

function reasonOf(error: unknown): string {
  let innermost = error as Error
  while (innermost.cause instanceof Error) innermost = innermost.cause
  return innermost.message.slice(0, 300)
}
