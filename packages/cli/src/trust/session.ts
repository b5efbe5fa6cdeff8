import { setTimeout as wait } from 'node:timers/promises'
import { Refusal } from '@trustpub/identity'
import { interruption } from '../tools/interruption.ts'
import { type Answer, answerOf, masked } from './answers.ts'
import { refuse } from './errors.ts'
import { type Asking, OneTimePasswords } from './one-time-passwords.ts'

/** A registry that does not answer for that long is taken for unreachable. */
const TIMEOUT_MS = 30_000
/** Attempts while a registry asks for patience, with growing pauses unless it says how long. */
const MAX_WAITS = 5
const FIRST_WAIT_S = 5
const MAX_WAIT_S = 120
/** Pauses before the further attempts of a request that changes nothing. */
const READ_PAUSES_MS = [500, 2000]
/** How long somebody may take to confirm in the browser. */
const CONFIRM_MS = 5 * 60_000

export type Method = 'GET' | 'HEAD' | 'POST' | 'DELETE'

export interface SessionOptions {
  readonly token: string
  readonly asking: Omit<Asking, 'confirmed'>
  /** What a person can do about a token that is refused. */
  readonly advice: string
  /** Between two changes, in milliseconds: some registries take more as an attack. */
  readonly pace: number
  /** Tells what is waited for. */
  readonly tell?: (line: string) => void
  readonly pause?: (ms: number) => Promise<unknown>
}

/** Requests to one registry with a token, as `npm trust` makes them: patient, and with a one-time password when asked. */
export class TrustSession {
  readonly #base: URL
  readonly #options: SessionOptions
  readonly #passwords: OneTimePasswords
  readonly #pause: (ms: number) => Promise<unknown>
  #lastChange = Number.NEGATIVE_INFINITY

  /** @throws Refusal `trust_insecure` or `trust_token_invalid` */
  constructor(base: URL, options: SessionOptions) {
    const { host } = base
    const { token, advice } = options
    if (!isSafe(base)) throw refuse('trust_insecure', { host })
    if (!/^[\x21-\x7e]+$/.test(token)) {
      const reason = 'it is empty, or has characters that no token has'
      throw refuse('trust_token_invalid', { host, reason, advice })
    }
    this.#base = base
    this.#options = options
    this.#pause = options.pause ?? wait
    const confirmed = (doneUrl: string) => this.#confirmed(doneUrl)
    this.#passwords = new OneTimePasswords(base.host, { ...options.asking, confirmed })
  }

  get host(): string {
    return this.#base.host
  }

  /**
   * Sends a request.
   * @param name the package, for messages
   * @throws Refusal for everything but 2xx and 404
   */
  async send(method: Method, path: string, name: string, body?: unknown): Promise<Answer> {
    for (let waits = 0; ; ) {
      const answer = await this.#patient(method, path, body)
      if (wantsPassword(answer)) {
        await this.#passwords.renew(answer.json)
        continue
      }
      if (answer.status === 429 && waits < MAX_WAITS) {
        await this.#patience(answer, waits++)
        continue
      }
      if (answer.status !== 401 && answer.status < 429) this.#passwords.accept()
      if (answer.status < 300 || answer.status === 404) return answer
      throw this.#refusal(answer, name)
    }
  }

  /** Reads are tried again after an outage. Changes are not: whether they were made is not known then. */
  async #patient(method: Method, path: string, body: unknown): Promise<Answer> {
    const pauses = method === 'GET' || method === 'HEAD' ? READ_PAUSES_MS : []
    for (const ms of pauses) {
      try {
        const answer = await this.#request(method, path, body)
        if (answer.status < 500) return answer
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
      }
      await this.#pause(ms)
    }
    if (pauses.length === 0) await this.#paced()
    return this.#request(method, path, body)
  }

  async #paced(): Promise<void> {
    const rest = this.#lastChange + this.#options.pace - Date.now()
    if (rest > 0) await this.#pause(rest)
    this.#lastChange = Date.now()
  }

  async #request(method: Method, path: string, body: unknown): Promise<Answer> {
    const { token, asking } = this.#options
    const password = this.#passwords.current
    const headers: Record<string, string> = {
      accept: '*/*',
      authorization: `Bearer ${token}`,
      'npm-auth-type': asking.given === undefined ? 'web' : 'legacy',
      'npm-command': 'trust',
      'user-agent': 'trustpub',
      ...(password !== undefined && { 'npm-otp': password }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    }
    try {
      const response = await fetch(new URL(path.replace(/^\//, ''), this.#base), {
        method,
        headers,
        // A token must not follow to another host.
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return await answerOf(response, [token, password ?? ''])
    } catch (error) {
      const reason = masked(reasonOf(error), [token, password ?? ''])
      throw refuse('trust_unreachable', { host: this.host, reason })
    }
  }

  async #patience({ headers }: Answer, waits: number): Promise<void> {
    const seconds = retryAfter(headers) ?? FIRST_WAIT_S * 2 ** waits
    this.#options.tell?.(`${this.host} asks for patience: waiting ${seconds} s.`)
    await this.#pause(seconds * 1000)
  }

  #refusal({ status, reason }: Answer, name: string): Refusal {
    const { host } = this
    const { advice } = this.#options
    if (status === 401) return refuse('trust_token_invalid', { host, reason, advice })
    if (status === 403)
      return refuse('trust_token_refused', { host, package: name, reason, advice })
    if (status === 409) return refuse('trust_conflict', { host, package: name, reason })
    if (status === 429) return refuse('trust_rate_limited', { host })
    if (status < 400) {
      return refuse('trust_answer_unusable', { host, reason: 'it leads to another address' })
    }
    if (status >= 500) return refuse('trust_unreachable', { host, reason: `it answers ${status}` })
    return refuse('trust_refused', { host, package: name, reason })
  }

  /** Asks until the person has confirmed: 202 while not, then 200 with what stands for a password. */
  async #confirmed(doneUrl: string): Promise<string> {
    const { host } = this
    const done = URL.canParse(doneUrl) ? new URL(doneUrl) : undefined
    if (done === undefined || !isSafe(done)) {
      const reason = 'it names no page that tells of the confirmation'
      throw refuse('trust_answer_unusable', { host, reason })
    }
    const { token } = this.#options
    const headers = done.host === host ? { authorization: `Bearer ${token}` } : {}
    for (const end = Date.now() + CONFIRM_MS; Date.now() < end; ) {
      interruption.throwIfAborted()
      const { status, json, headers: given } = await this.#asked(done, headers)
      const { token: password } = (json ?? {}) as { token?: unknown }
      if (status === 200 && typeof password === 'string') return password
      if (status !== 202) break
      await this.#pause((retryAfter(given) ?? 1) * 1000)
    }
    throw refuse('trust_otp_needed', { host })
  }

  async #asked(url: URL, headers: Record<string, string>): Promise<Answer> {
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), interruption])
      return await answerOf(await fetch(url, { headers, redirect: 'manual', signal }), [])
    } catch (error) {
      interruption.throwIfAborted()
      throw refuse('trust_unreachable', { host: url.host, reason: reasonOf(error) })
    }
  }
}

function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}

/** As npm reads it: the header, or the words where a registry forgets it. */
function wantsPassword({ status, headers, json, reason }: Answer): boolean {
  if (status !== 401) return false
  const ways = (headers.get('www-authenticate') ?? '').split(/,\s*/)
  const said = typeof json === 'string' ? json : reason
  return ways.some((way) => way.toLowerCase() === 'otp') || /one-time pass/i.test(said)
}

function retryAfter(headers: Headers): number | undefined {
  const seconds = Number(headers.get('retry-after'))
  return seconds > 0 ? Math.min(seconds, MAX_WAIT_S) : undefined
}

/** The cause, where fetch only says that it failed. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  // Where several addresses were tried the code is all there is.
  return cause.message || ('code' in cause ? String(cause.code) : cause.name)
}
