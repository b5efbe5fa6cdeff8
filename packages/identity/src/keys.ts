import type { CryptoKey, JWK } from 'jose'
import { importJWK } from 'jose/key/import'
import { type Refusal, refuse } from './errors.ts'
import { type FetchJson, fetchJson } from './fetch-json.ts'
import type { Issuer } from './issuer.ts'
import { countedIssuer, mayKeepKeysAt } from './registered.ts'

/** After a fetch, failed or not, the next one for the same issuer waits this long, so that bad tokens cannot cause a flood. */
const COOLDOWN_MS = 60_000
/** Keys older than this are fetched again at the next use, so that a key which the issuer withdrew stops counting. */
const REFRESH_AFTER_MS = 3600_000
/** Keys that could not be confirmed for this long are refused: an issuer out of reach for a day may have lost them. */
const STALE_AFTER_MS = 24 * 3600_000
/** No issuer publishes more; the bound limits the work an answer can cause. */
const MAX_KEYS = 100
/**
 * A provider may have an issuer for every organisation, and anybody can write down a new one: so many of them are asked
 * for the first time in a minute, and the keys of so many are kept.
 */
const MAX_NEW_ORGANISATIONS = 30
const MAX_ORGANISATIONS = 1000
/** Genuine ids of keys are shorter; a refusal does not repeat more of what a stranger sent. */
const MAX_SHOWN_KID = 100
/** Shorter RSA keys can be broken. */
const MIN_RSA_BITS = 2048

type VerificationKey = CryptoKey | Uint8Array

interface KeySet {
  keys: ReadonlyMap<string, JWK>
  readonly imported: Map<string, Promise<VerificationKey>>
  fetchedAt: number
  attemptedAt: number
  problem: string
  pending: Promise<void> | undefined
}

/** The signing keys of issuers, found by OpenID Connect discovery and kept for a while. */
export class KeySets {
  readonly #sets = new Map<string, KeySet>()
  readonly #organisations = new Map<string, KeySet>()
  #newOrganisations = { since: Number.NEGATIVE_INFINITY, count: 0 }
  readonly #fetch: FetchJson
  readonly #now: () => number

  constructor(options: { readonly fetch?: FetchJson; readonly now?: () => number } = {}) {
    this.#fetch = options.fetch ?? fetchJson
    this.#now = options.now ?? Date.now
  }

  /**
   * The key that `issuer` publishes under `kid` for `algorithm`.
   * @throws Refusal `key_unknown`, `algorithm_refused` or `issuer_unavailable`
   */
  async key(issuer: Issuer, kid: string, algorithm: string): Promise<VerificationKey> {
    const set = this.#setOf(issuer)
    const age = this.#now() - set.fetchedAt
    if (!set.keys.has(kid) || age > REFRESH_AFTER_MS) await this.#refresh(issuer, set)
    if (this.#now() - set.fetchedAt > STALE_AFTER_MS) {
      throw refuse('issuer_unavailable', { issuer: issuer.url, reason: set.problem })
    }
    const jwk = set.keys.get(kid)
    if (jwk === undefined)
      throw refuse('key_unknown', { kid: kid.slice(0, MAX_SHOWN_KID), issuer: issuer.url })
    const id = `${kid} ${algorithm}`
    const known = set.imported.get(id)
    if (known !== undefined) return known
    const imported = importKey(jwk, algorithm, issuer)
    set.imported.set(id, imported)
    return imported
  }

  #setOf(issuer: Issuer): KeySet {
    const ofOrganisation = countedIssuer(issuer.url) !== issuer.url
    const sets = ofOrganisation ? this.#organisations : this.#sets
    const known = sets.get(issuer.url)
    if (known === undefined && ofOrganisation) this.#makeRoom(issuer)
    const set = known ?? emptySet()
    // The one that was used last comes last, so that the first can be dropped.
    sets.delete(issuer.url)
    sets.set(issuer.url, set)
    return set
  }

  #makeRoom(issuer: Issuer): void {
    const recent = this.#newOrganisations
    if (this.#now() - recent.since >= COOLDOWN_MS) {
      this.#newOrganisations = { since: this.#now(), count: 1 }
    } else if (recent.count < MAX_NEW_ORGANISATIONS) {
      recent.count += 1
    } else {
      const reason = 'too many organisations are asked for the first time in this minute'
      throw refuse('issuer_unavailable', { issuer: issuer.url, reason })
    }
    const [unused] = this.#organisations.keys()
    if (this.#organisations.size >= MAX_ORGANISATIONS && unused !== undefined) {
      this.#organisations.delete(unused)
    }
  }

  /** One fetch at a time for each issuer; whoever comes meanwhile waits for the same one. */
  async #refresh(issuer: Issuer, set: KeySet): Promise<void> {
    if (set.pending !== undefined) return set.pending
    if (this.#now() - set.attemptedAt < COOLDOWN_MS) return
    set.attemptedAt = this.#now()
    set.pending = this.#load(issuer, set).finally(() => {
      set.pending = undefined
    })
    return set.pending
  }

  async #load(issuer: Issuer, set: KeySet): Promise<void> {
    try {
      set.keys = await fetchKeys(issuer, this.#fetch)
      set.imported.clear()
      set.fetchedAt = this.#now()
    } catch (error) {
      // The keys we have stay in use until they are stale; the reason is told if there are none.
      set.problem = error instanceof Error ? error.message : String(error)
    }
  }
}

function emptySet(): KeySet {
  const never = Number.NEGATIVE_INFINITY
  return {
    keys: new Map(),
    imported: new Map(),
    fetchedAt: never,
    attemptedAt: never,
    problem: '',
    pending: undefined,
  }
}

/** OpenID Connect Discovery 1.0, section 4: the document must name the issuer it was asked for. */
async function fetchKeys(issuer: Issuer, fetch: FetchJson): Promise<ReadonlyMap<string, JWK>> {
  const at = new URL(`${issuer.url.replace(/\/$/, '')}/.well-known/openid-configuration`)
  const document = await fetch(at, issuer.allowPrivateNetwork)
  const { issuer: named, jwks_uri: address } = (document ?? {}) as {
    issuer?: unknown
    jwks_uri?: unknown
  }
  if (named !== issuer.url) throw new Error(`${at.href} describes another issuer`)
  if (typeof address !== 'string' || !URL.canParse(address))
    throw new Error(`${at.href} names no jwks_uri`)
  const keysAt = new URL(address)
  if (!mayKeepKeysAt(issuer.url, keysAt.origin))
    throw new Error(`${at.href} keeps its keys on another host, ${keysAt.origin}`)
  const set = (await fetch(keysAt, issuer.allowPrivateNetwork)) as { keys?: unknown } | null
  if (!Array.isArray(set?.keys)) throw new Error(`${keysAt.href} is not a key set`)
  const keys = (set.keys as unknown[]).slice(0, MAX_KEYS).filter(isSigningKey)
  if (keys.length === 0) throw new Error(`${keysAt.href} holds no signing key`)
  return new Map(keys.map((key) => [key.kid, key]))
}

function isSigningKey(key: unknown): key is JWK & { kid: string } {
  const { kid, kty, use } = (key ?? {}) as JWK
  return (
    typeof kid === 'string' &&
    kid !== '' &&
    (kty === 'RSA' || kty === 'EC') &&
    (use ?? 'sig') === 'sig'
  )
}

async function importKey(jwk: JWK, algorithm: string, issuer: Issuer): Promise<VerificationKey> {
  const kty = algorithm.startsWith('ES') ? 'EC' : 'RSA'
  if (jwk.kty !== kty || (jwk.alg !== undefined && jwk.alg !== algorithm)) {
    throw refuse('algorithm_refused', {
      algorithm,
      issuer: issuer.url,
      allowed: jwk.alg ?? String(jwk.kty),
    })
  }
  // Only the public members travel on: a key set that leaks private parts must not turn them into a usable key.
  const members: readonly (keyof JWK)[] = kty === 'RSA' ? ['n', 'e'] : ['crv', 'x', 'y']
  const publicPart = Object.fromEntries(members.map((member) => [member, jwk[member]]))
  // The crypto library turns anything into text first, so an object would pass for a number.
  const isText = Object.values(publicPart).every((value) => typeof value === 'string')
  const key = isText
    ? await importJWK({ kty, ...publicPart }, algorithm).catch(() => undefined)
    : undefined
  if (key === undefined) throw unusableKey(jwk, issuer, 'is malformed')
  const bits = modulusLength(key)
  if (kty === 'RSA' && bits < MIN_RSA_BITS) throw unusableKey(jwk, issuer, `has only ${bits} bits`)
  return key
}

/** As the crypto library counts, not by the text of `n`, which zeros in front make longer. */
function modulusLength(key: VerificationKey): number {
  const algorithm = 'algorithm' in key ? key.algorithm : {}
  return 'modulusLength' in algorithm ? Number(algorithm.modulusLength) : 0
}

function unusableKey(jwk: JWK, issuer: Issuer, problem: string): Refusal {
  return refuse('issuer_unavailable', {
    issuer: issuer.url,
    reason: `its key ${jwk.kid} ${problem}`,
  })
}
