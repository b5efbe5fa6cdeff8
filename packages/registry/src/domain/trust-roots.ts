import type { Trust, TrustSource } from '@trustpub/provenance'

/** Sigstore announces new keys days before it uses them. */
const REFRESH_AFTER_MS = 6 * 3600_000
/** Where the repository of the roots could not be reached and a kept copy serves, it is asked again after this. */
const RETRY_AFTER_MS = 10 * 60_000

/** The roots of trust that attestations are checked with: read when the first one arrives, and anew from time to time. */
export class TrustRoots {
  readonly #source: TrustSource
  readonly #now: () => Date
  #loading: Promise<Trust> | undefined
  #goodUntil = 0

  constructor(source: TrustSource, now: () => Date) {
    this.#source = source
    this.#now = now
  }

  /** @throws Refusal `trust_unavailable` or `trust_invalid` */
  async current(): Promise<Trust> {
    if (this.#loading === undefined || this.#now().getTime() >= this.#goodUntil) {
      this.#goodUntil = Number.POSITIVE_INFINITY
      this.#loading = this.#load(this.#loading)
    }
    return this.#loading
  }

  async #load(before: Promise<Trust> | undefined): Promise<Trust> {
    // Loading Sigstore takes longer than most requests, and many registries never need it.
    const { loadTrust } = await import('@trustpub/provenance')
    try {
      const trust = await loadTrust(this.#source)
      this.#goodUntil = this.#now().getTime() + (trust.offline ? RETRY_AFTER_MS : REFRESH_AFTER_MS)
      return trust
    } catch (error) {
      this.#goodUntil = before === undefined ? 0 : this.#now().getTime() + RETRY_AFTER_MS
      if (before === undefined) throw error
      return before
    }
  }
}
