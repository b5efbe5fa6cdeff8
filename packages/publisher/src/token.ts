import type { Ecosystem } from './artifact.ts'
import type { Context } from './context.ts'
import { claimsOf, findIdTokens } from './id-tokens.ts'
import { refusedProblem } from './release/problem.ts'
import type { Problem } from './release/report.ts'
import { TARGETS } from './targets/index.ts'

/** Which token is asked for. */
export interface TokenRequest {
  readonly ecosystem: Ecosystem
  readonly registry: URL
  /** npm's tokens are good for one package; Python indexes ask for none. */
  readonly name: string
}

/** A token of one exchange. */
export interface ExchangedToken {
  readonly text: string
  readonly expiresAt: Date | undefined
  /** Gives it back; whether the registry took it. */
  readonly revoke: () => Promise<boolean>
}

/** Makes one exchange and nothing else. @throws Refusal if there is no ID token or no usable answer */
export async function exchangeToken(
  request: TokenRequest,
  context: Context,
): Promise<ExchangedToken | { readonly problem: Problem }> {
  const target = TARGETS.find(({ id }) => id === request.ecosystem)
  if (target === undefined) throw new Error(`no target ${request.ecosystem}`)
  const idTokens = findIdTokens(context)
  const audience = await target.audience(request, context)
  let last = ''
  const idToken = async () => {
    last = await idTokens.request(audience)
    return last
  }
  const answer = await target.exchange(request, idToken, context)
  if ('text' in answer) {
    return { ...answer, revoke: () => target.revoke(request, answer.text, context) }
  }
  const { provider } = idTokens
  return {
    problem: refusedProblem(
      'exchange',
      { ...request, title: request.name || 'all its projects' },
      answer,
      provider,
      claimsOf(last),
      context,
    ),
  }
}
