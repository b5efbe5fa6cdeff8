import { setTimeout as wait } from 'node:timers/promises'
import { decodeJwt } from 'jose/jwt/decode'
import { Refusal, refuse } from './errors.ts'
import type { Environment, RunProgram } from './provider.ts'

/** Token endpoints answer within a second or two; without a bound a stuck one holds the job for hours. */
const REQUEST_TIMEOUT_MS = 15_000
/**
 * Pauses before the second and third attempt. What a CI does not get over in that time is an outage that a person
 * should hear of; whoever asks for the exchange again asks for an ID token again.
 */
const PAUSES_MS = [200, 1000]

/** Who is asked for what: both are named in refusals. */
export interface IdTokenRequest {
  /** The provider's label. */
  readonly provider: string
  readonly audience: string
}

/** The refusal for a CI that gives no ID token, with the reason as half a sentence. */
export function noIdToken({ provider, audience }: IdTokenRequest, reason: string): Refusal {
  return refuse('id_token_unavailable', { provider, audience, reason })
}

/**
 * Asks an endpoint of the CI, and again after network errors, 429 and 5xx: asking twice costs nothing, since an ID
 * token that nobody uses does no harm. Redirects are not followed, the request carries a secret.
 * @throws Refusal `id_token_unavailable`
 */
export function askCi(
  request: IdTokenRequest,
  url: URL,
  init: RequestInit,
  fetch: typeof globalThis.fetch,
): Promise<string> {
  return patiently(request, async () => {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
    const response = await fetch(url, { ...init, redirect: 'manual', signal })
    const { status } = response
    if (status === 429 || status >= 500) throw new Error(`it answered ${status}`)
    if (!response.ok) throw noIdToken(request, `it answered ${status}`)
    return response.text()
  })
}

/**
 * Asks the runner of GitHub Actions, or another that speaks like it:
 * GET `$ACTIONS_ID_TOKEN_REQUEST_URL&audience=…`, bearer `$ACTIONS_ID_TOKEN_REQUEST_TOKEN` → `{ value }`.
 * @throws Refusal `id_token_unavailable`
 */
export async function askActions(
  request: IdTokenRequest,
  env: Environment,
  fetch: typeof globalThis.fetch,
): Promise<string> {
  const at = env.ACTIONS_ID_TOKEN_REQUEST_URL ?? ''
  if (!URL.canParse(at)) throw noIdToken(request, 'ACTIONS_ID_TOKEN_REQUEST_URL is no URL')
  // The address has a query already, which must stay: without it the audience is not looked at.
  const url = new URL(at)
  url.searchParams.set('audience', request.audience)
  const authorization = `bearer ${env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}`
  const headers = { authorization, accept: 'application/json' }
  return requireToken(request, memberOf(await askCi(request, url, { headers }, fetch), 'value'))
}

/**
 * Asks a program of the CI for an ID token: what it prints. A program that fails is run again, as above; one that does
 * not exist is not.
 * @throws Refusal `id_token_unavailable`
 */
export async function askProgram(
  request: IdTokenRequest,
  program: string,
  args: readonly string[],
  run: RunProgram | undefined,
): Promise<string> {
  if (run === undefined) throw noIdToken(request, `the program ${program} cannot be run here`)
  const printed = await patiently(request, () =>
    run(program, args).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      throw noIdToken(request, `the program ${program} is not installed in this job`)
    }),
  )
  return requireToken(request, printed.trim())
}

async function patiently<T>(request: IdTokenRequest, attempt: () => Promise<T>): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await attempt()
    } catch (error) {
      if (error instanceof Refusal) throw error
      await wait(pause)
    }
  }
  return attempt().catch((error: unknown) => {
    if (error instanceof Refusal) throw error
    throw noIdToken(request, reasonOf(error))
  })
}

/** fetch says only "fetch failed", and why in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}

/**
 * The text if it is an ID token for the audience that was asked for. Another would be refused in the end, but not
 * before a registry had seen a token that is good somewhere else.
 * @throws Refusal `id_token_unavailable`
 */
export function requireToken(request: IdTokenRequest, text: unknown): string {
  if (typeof text !== 'string' || text === '') {
    throw noIdToken(request, 'it answered without an ID token')
  }
  const audience = audienceOf(text)
  if (audience === request.audience) return text
  const given = audience === undefined ? 'no ID token' : `one for ${JSON.stringify(audience)}`
  throw noIdToken(request, `what was given is ${given}`)
}

/** Three parts in base64url and nothing around them: it goes into a header as it is. */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** The audience of an ID token that is not verified: a text, or a list as it may be; undefined if there is none. */
export function audienceOf(token: string): unknown {
  try {
    return COMPACT.test(token) ? decodeJwt(token).aud : undefined
  } catch {
    return undefined
  }
}

/** The member of a JSON answer; undefined if there is none, or no JSON. */
export function memberOf(answer: string, name: string): unknown {
  try {
    return (JSON.parse(answer) as Readonly<Record<string, unknown>> | null)?.[name]
  } catch {
    return undefined
  }
}
