import type { Context } from './context.ts'
import { refuse } from './errors.ts'
import type { Answer, Outgoing } from './http.ts'

/** Pauses before the second, third and fourth attempt; an outage that outlasts them needs a person. */
const PAUSES_MS = [1000, 4000, 10_000]
/** Registries ask for some seconds; who asks for more is not waited for. */
const MAX_RETRY_AFTER_MS = 60_000

export interface Question {
  /** What is asked for, to follow "reached for" and "answered", e.g. `the exchange`. */
  readonly what: string
  /** Makes the request of one attempt: what must be fresh each time, such as an ID token, is made in here. */
  readonly outgoing: () => Promise<Outgoing> | Outgoing
  /** Asked before another attempt, after an answer was lost: an answer from elsewhere, if what was asked for is done. */
  readonly alreadyDone?: () => Promise<boolean>
}

/** What `alreadyDone` said yes to. */
export type Asked = Answer | 'already done'

/**
 * Asks a registry, and again after network errors, 429 and 5xx: all else is an answer.
 * @throws Refusal `registry_unreachable`, `redirect_refused` or `registry_insecure`
 */
export async function ask(question: Question, context: Context): Promise<Asked> {
  for (let attempt = 0; ; attempt++) {
    const outgoing = await question.outgoing()
    const { host } = outgoing.url
    requireSecure(outgoing.url)
    const outcome = await context.send(outgoing).catch(networkProblem)
    if (typeof outcome !== 'string' && !isPassing(outcome.status)) {
      return answered(outcome, question.what, outgoing.url)
    }
    const pause = PAUSES_MS[attempt]
    const reason = typeof outcome === 'string' ? outcome : `it answered ${outcome.status}`
    if (pause === undefined) {
      if (typeof outcome !== 'string') return outcome
      throw refuse('registry_unreachable', { host, what: question.what, reason })
    }
    context.progress(`${host}: ${question.what} failed (${reason}), trying again`)
    await context.wait(Math.max(pause, retryAfter(outcome)))
    if (await question.alreadyDone?.()) return 'already done'
  }
}

/** As {@link ask}, for questions without `alreadyDone`. */
export async function askOnly(
  question: Omit<Question, 'alreadyDone'>,
  context: Context,
): Promise<Answer> {
  return (await ask(question, context)) as Answer
}

/** A token must not cross a network in the clear. Loopback crosses none. */
function requireSecure(url: URL): void {
  const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (url.protocol !== 'https:' && !loopback) throw refuse('registry_insecure', { url: url.origin })
}

/** Outages pass; 501 and the like stay. */
function isPassing(status: number): boolean {
  return status === 429 || status === 500 || (status >= 502 && status <= 504)
}

function answered(answer: Answer, what: string, url: URL): Answer {
  const { location } = answer.headers
  if (answer.status < 300 || answer.status >= 400 || location === undefined) return answer
  const to = URL.canParse(location, url.href) ? new URL(location, url.href).origin : location
  throw refuse('redirect_refused', { host: url.host, what, to })
}

/** The reason in a few words: the causes that fetch and net wrap lie one below the other. */
function networkProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = (error as NodeJS.ErrnoException).code
  return error.message || code || error.name
}

function retryAfter(outcome: Answer | string): number {
  const seconds = typeof outcome === 'string' ? 0 : Number(outcome.headers['retry-after'])
  return seconds > 0 ? Math.min(seconds * 1000, MAX_RETRY_AFTER_MS) : 0
}
