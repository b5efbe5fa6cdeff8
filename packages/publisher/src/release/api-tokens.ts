import type { Claims } from '@trustpub/identity'
import type { Artifact } from '../artifact.ts'
import type { Context } from '../context.ts'
import { claimsOf, type IdTokens } from '../id-tokens.ts'
import type { ApiToken, Place, Said, Target } from '../targets/target.ts'

/** A token that ends sooner is renewed before an upload: large files take minutes. */
const RENEW_BEFORE_MS = 5 * 60_000

/** An exchange that worked, or what the registry said. */
export type Exchanged =
  | { readonly token: ApiToken; readonly claims: Claims }
  | { readonly said: Said; readonly claims: Claims }

/** The API tokens of a release: one exchange for each package (npm) or index (PyPI), renewed when they run out. */
export class ApiTokens {
  readonly #idTokens: IdTokens
  readonly #context: Context
  readonly #exchanged = new Map<string, Promise<Exchanged>>()
  readonly #toRevoke: { target: Target; place: Place; text: string }[] = []

  constructor(idTokens: IdTokens, context: Context) {
    this.#idTokens = idTokens
    this.#context = context
  }

  /** @throws Refusal if there is no ID token, or the registry gives no usable answer */
  exchange(target: Target, artifact: Artifact): Promise<Exchanged> {
    const key = target.exchangeKey(artifact)
    const exchanged = this.#exchanged.get(key) ?? this.#exchange(target, artifact)
    this.#exchanged.set(key, exchanged)
    return exchanged
  }

  /** The token for an upload, renewed if it runs out soon and the CI and the registry allow it. */
  async forUpload(target: Target, artifact: Artifact): Promise<string> {
    const exchanged = await this.exchange(target, artifact)
    if (!('token' in exchanged)) throw new Error('an upload without an exchange')
    const { text, expiresAt } = exchanged.token
    const left = (expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) - this.#context.now().getTime()
    if (left > RENEW_BEFORE_MS) return text
    const renewed = await this.#exchange(target, artifact).catch(() => undefined)
    if (renewed === undefined || !('token' in renewed)) return text
    this.#exchanged.set(target.exchangeKey(artifact), Promise.resolve(renewed))
    return renewed.token.text
  }

  /** Gives every token back. It never fails: a token that is not taken back ends by itself. */
  async revokeAll(): Promise<void> {
    for (const { target, place, text } of this.#toRevoke.splice(0)) {
      await target.revoke(place, text, this.#context)
    }
  }

  async #exchange(target: Target, artifact: Artifact): Promise<Exchanged> {
    const audience = await target.audience(artifact, this.#context)
    let claims: Claims = {}
    const idToken = async () => {
      const token = await this.#idTokens.request(audience)
      claims = claimsOf(token)
      return token
    }
    const answer = await target.exchange(artifact, idToken, this.#context)
    if (!('text' in answer)) return { said: answer, claims }
    this.#toRevoke.push({ target, place: artifact, text: answer.text })
    return { token: answer, claims }
  }
}
