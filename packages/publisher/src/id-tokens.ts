import {
  type Claims,
  type Environment,
  PROVIDERS,
  type Provider,
  Refusal,
} from '@trustpub/identity'
import type { Context } from './context.ts'
import { refuse } from './errors.ts'

/** Where the ID tokens of this job come from. */
export interface IdTokens {
  readonly provider: Provider
  /** A token for the audience, fresh where the CI gives fresh ones; it is masked. @throws Refusal `id_token_unavailable` */
  readonly request: (audience: string) => Promise<string>
}

/** Finds the CI that this job runs in. @throws Refusal `not_in_ci` with the reason of the CI that is nearest */
export function findIdTokens(context: Context): IdTokens {
  const { env } = context
  const detected = PROVIDERS.map((provider) => ({
    provider,
    ...provider.detect(env, context.machine),
  }))
  const found = detected.find((entry) => entry.found)
  if (found === undefined) {
    const nearest = detected.find((entry) => !entry.found && entry.inCi)
    throw refuse('not_in_ci', { reason: reasonOf(nearest) ?? 'no known CI set its variables' })
  }
  const { provider } = found
  context.secrets.hideIn(provider, env)
  const given = new Set<string>()
  const request = async (audience: string): Promise<string> => {
    const asked = await askProvider(provider, audience, context)
    // GitLab issues tokens when the job starts, and most registries take each of them once.
    const token = given.has(asked) ? (another(env, audience, given) ?? asked) : asked
    context.secrets.add(token)
    given.add(token)
    return token
  }
  return { provider, request }
}

function reasonOf(detection: object | undefined): string | undefined {
  return detection !== undefined && 'reason' in detection ? String(detection.reason) : undefined
}

async function askProvider(
  provider: Provider,
  audience: string,
  context: Context,
): Promise<string> {
  try {
    return await provider.requestIdToken(context.env, audience, context.fetch, context.run)
  } catch (error) {
    if (error instanceof Refusal) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw refuse('id_token_unavailable', { audience, provider: provider.label, reason })
  }
}

/** Another variable of the job that holds a token for the same audience. */
function another(
  env: Environment,
  audience: string,
  given: ReadonlySet<string>,
): string | undefined {
  return Object.entries(env)
    .filter(([name]) => /_ID_TOKEN(?:_\w+)?$/.test(name))
    .map(([, value = '']) => value)
    .find((value) => !given.has(value) && claimsOf(value).aud === audience)
}

/** What a token says, without any check: to be shown to the people whose job it is. Empty if it is no JWT. */
export function claimsOf(idToken: string): Claims {
  try {
    const [, payload = ''] = idToken.split('.')
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return typeof claims === 'object' && claims !== null ? (claims as Claims) : {}
  } catch {
    return {}
  }
}
