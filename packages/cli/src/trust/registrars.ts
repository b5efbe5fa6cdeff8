import type { RecordedPublisher } from '@trustpub/identity'
import { hostOf } from '@trustpub/pipeline'
import { refuse } from './errors.ts'
import { npmRegistrar } from './npm-registrar.ts'
import type { Registrar } from './registrar.ts'
import { type OneTimePasswords, TrustSession } from './session.ts'
import { trustpubRegistrar } from './trustpub-registrar.ts'

/** Registries where a person has to fill in a form. */
const BY_HAND = ['pypi.org', 'test.pypi.org']

const PROBE_TIMEOUT_MS = 10_000

export interface RegistrarOptions {
  /** The token for a registry; undefined if there is none. */
  readonly token: (registry: URL) => Promise<string | undefined>
  readonly passwords: OneTimePasswords
}

/** Registrars by registry, each opened once. */
export class Registrars {
  readonly #options: RegistrarOptions
  readonly #open = new Map<string, Promise<Registrar | undefined>>()

  constructor(options: RegistrarOptions) {
    this.#options = options
  }

  /** Undefined for a registry where publishers are entered by hand. @throws Refusal */
  for({ registry, package: name }: RecordedPublisher): Promise<Registrar | undefined> {
    const isNpm = name.startsWith('npm:')
    const key = `${isNpm} ${new URL(registry).origin}`
    const found = this.#open.get(key) ?? this.#opened(new URL(registry), isNpm)
    this.#open.set(key, found)
    return found
  }

  async #opened(registry: URL, isNpm: boolean): Promise<Registrar | undefined> {
    const host = hostOf(registry.href)
    if (BY_HAND.includes(host)) return undefined
    const isNpmjs = host === 'registry.npmjs.org'
    const isTrustpub = !isNpmjs && (await answersAsTrustpub(registry))
    if (!isTrustpub && !isNpm) return undefined
    const token = await this.#options.token(registry)
    if (token === undefined) {
      throw refuse('trust_token_missing', { host: registry.host, registry: registry.origin })
    }
    // Python packages are uploaded below the root; the API is at it.
    const base = isTrustpub ? new URL('/', registry) : withSlash(registry)
    const session = new TrustSession(base, token, this.#options.passwords)
    return isTrustpub ? trustpubRegistrar(session) : npmRegistrar(session)
  }
}

/** A registry of `trustpub serve` describes its API at a place that no package name can take. */
async function answersAsTrustpub(registry: URL): Promise<boolean> {
  try {
    const response = await fetch(new URL('/-/api/openapi.json', registry), {
      redirect: 'manual',
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    })
    if (!response.ok) return false
    const document = (await response.json()) as { paths?: Record<string, unknown> }
    return Object.keys(document.paths ?? {}).some((path) => path.endsWith('/publishers'))
  } catch {
    return false
  }
}

function withSlash(url: URL): URL {
  return url.pathname.endsWith('/') ? url : new URL(`${url.href}/`)
}
