import { Refusal } from '@trustpub/identity'
import { hostOf } from '@trustpub/pipeline'
import { answerOf } from './answers.ts'
import { isLasting, refuse } from './errors.ts'
import type { PackageGroup } from './groups.ts'
import { npmRegistrar } from './npm-registrar.ts'
import type { Registrar } from './registrar.ts'
import { reasonOf, type SessionOptions, TrustSession } from './session.ts'
import { trustpubRegistrar } from './trustpub-registrar.ts'

/** Registries where a person has to fill in a form. */
const BY_HAND = ['pypi.org', 'test.pypi.org']

const NPMJS = 'registry.npmjs.org'

/** npm's advice against rate limits (docs.npmjs.com, "npm trust", bulk usage). */
const NPMJS_PACE_MS = 2000

const PROBE_TIMEOUT_MS = 10_000

const ADVICE = {
  npmjs:
    'npmjs.com wants the token of npm login here, of somebody who may write the package and has two-factor authentication; it takes no granular access token that bypasses that.',
  trustpub: 'It has to be an API token that may manage, of an owner of the package.',
  other: 'It has to be the token of somebody who may change the settings of the package.',
} as const

export interface RegistrarOptions extends Omit<SessionOptions, 'token' | 'advice' | 'pace'> {
  /** The token for a registry; undefined if there is none. */
  readonly token: (registry: URL) => Promise<string | undefined>
}

/** Whether publishers of a registry can only be entered by a person. */
export function isByHand(registry: string): boolean {
  return BY_HAND.includes(hostOf(registry))
}

/** Registrars by registry, each opened once. A registry that cannot be worked with is not asked again and again. */
export class Registrars {
  readonly #options: RegistrarOptions
  readonly #open = new Map<string, Promise<Registrar | undefined>>()
  readonly #lost = new Map<string, Refusal>()

  constructor(options: RegistrarOptions) {
    this.#options = options
  }

  /**
   * Does something for a package at its registry; the registrar is undefined where publishers are entered by hand.
   * @param refused what comes of a refusal; `tried` is false if the registry had refused for good before
   */
  async with<Result>(
    { registry, package: name }: Pick<PackageGroup, 'registry' | 'package'>,
    work: (registrar: Registrar | undefined) => Promise<Result>,
    refused: (refusal: Refusal, tried: boolean) => Result,
  ): Promise<Result> {
    const lost = this.#lost.get(new URL(registry).host)
    if (lost !== undefined) return refused(lost, false)
    try {
      return await work(await this.#for(registry, name.startsWith('npm:')))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (isLasting(error)) this.lose({ registry }, error)
      return refused(error, true)
    }
  }

  /** Asks the registry for nothing more, for this reason. */
  lose({ registry }: Pick<PackageGroup, 'registry'>, refusal: Refusal): void {
    this.#lost.set(new URL(registry).host, refusal)
  }

  #for(registry: string, isNpm: boolean): Promise<Registrar | undefined> {
    const key = `${isNpm} ${registry}`
    const found = this.#open.get(key) ?? this.#opened(new URL(registry), isNpm)
    this.#open.set(key, found)
    return found
  }

  async #opened(registry: URL, isNpm: boolean): Promise<Registrar | undefined> {
    if (isByHand(registry.href)) return undefined
    const { host, origin } = registry
    const isNpmjs = host === NPMJS
    const isTrustpub = !isNpmjs && (await answersAsTrustpub(registry))
    if (!isTrustpub && !isNpm) return undefined
    const { token: tokenFor, ...options } = this.#options
    const token = await tokenFor(registry)
    if (token === undefined) throw refuse('trust_token_missing', { host, registry: origin })
    const advice = ADVICE[isNpmjs ? 'npmjs' : isTrustpub ? 'trustpub' : 'other']
    const pace = isNpmjs ? NPMJS_PACE_MS : 0
    // Python packages are uploaded below the root; the API is at it.
    const base = isTrustpub ? new URL('/', registry) : withSlash(registry)
    const session = new TrustSession(base, { ...options, token, advice, pace })
    return isTrustpub ? trustpubRegistrar(session) : npmRegistrar(session, { isNpmjs })
  }
}

/** A registry of `trustpub serve` describes its API to everybody, at a place that no package name can take. */
async function answersAsTrustpub(registry: URL): Promise<boolean> {
  try {
    const response = await fetch(new URL('/-/api/openapi.json', registry), {
      redirect: 'manual',
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    })
    const { status, json } = await answerOf(response, [])
    if (status >= 500) throw new Error(`it answers ${status}`)
    const { info } = (json ?? {}) as { info?: { title?: unknown } }
    return status === 200 && info?.title === 'trustpub registry'
  } catch (error) {
    throw refuse('trust_unreachable', { host: registry.host, reason: reasonOf(error) })
  }
}

function withSlash(url: URL): URL {
  return url.pathname.endsWith('/') ? url : new URL(`${url.href}/`)
}
