import type { Issuer } from '@trustpub/identity'
import { loadTrust, type Trust, type TrustSource } from '@trustpub/provenance'
import type { Http } from './http.ts'
import { readKeys, type SigningKey } from './registry-keys.ts'

/** What all verifications of a run share: each of it is loaded once, when the first needs it. */
export class Session {
  readonly http: Http
  /** Whose certificates are understood. */
  readonly issuers: readonly Issuer[]
  readonly #source: TrustSource
  readonly #keys = new Map<string, Promise<readonly SigningKey[]>>()
  #trust: Promise<Trust> | undefined

  constructor(parts: {
    readonly http: Http
    readonly issuers: readonly Issuer[]
    readonly source: TrustSource
  }) {
    this.http = parts.http
    this.issuers = parts.issuers
    this.#source = parts.source
  }

  /** The roots of trust of Sigstore; many packages have no attestations and need none. @throws Refusal `trust_unavailable`, `trust_invalid` */
  trust(): Promise<Trust> {
    this.#trust ??= loadTrust(this.#source)
    return this.#trust
  }

  /** The keys of an npm registry; none if it does not sign. @throws Refusal `unreachable` and the like */
  keys(registry: URL): Promise<readonly SigningKey[]> {
    const known = this.#keys.get(registry.href)
    if (known !== undefined) return known
    const reading = readKeys(this.http, registry)
    this.#keys.set(registry.href, reading)
    return reading
  }
}
