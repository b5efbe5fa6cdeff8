import { setTimeout as wait } from 'node:timers/promises'
import { refuse } from './errors.ts'

/** A registry that does not answer for that long is taken for unreachable. */
const TIMEOUT_MS = 30_000
/** Answers of the trust endpoints have some hundred bytes. */
const MAX_ANSWER_BYTES = 1024 * 1024
/** Attempts while a registry asks for patience. */
const MAX_ATTEMPTS = 4
const MAX_RETRY_AFTER_S = 60
/** How long somebody may take to confirm in the browser. */
const CONFIRM_MS = 5 * 60_000

/** How a one-time password is come by. */
export interface OneTimePasswords {
  /** From the command line; used first. */
  readonly given: string | undefined
  /** Asks the person; undefined where nobody is there. */
  readonly ask: ((question: string) => Promise<string>) | undefined
  /** Tells the person to open an address. */
  readonly open: (url: string) => void
}

export interface Answered {
  readonly status: number
  readonly json: unknown
  /** What the registry says in words, if anything. */
  readonly reason: string
}

/** Requests to one registry with a token, and with a one-time password for as long as the registry takes it. */
export class TrustSession {
  readonly #base: URL
  readonly #token: string
  readonly #passwords: OneTimePasswords
  readonly #pause: (ms: number) => Promise<unknown>
  #password: string | undefined

  constructor(
    base: URL,
    token: string,
    passwords: OneTimePasswords,
    pause: (ms: number) => Promise<unknown> = wait,
  ) {
    if (!isSafe(base)) throw refuse('trust_insecure', { host: base.host })
    this.#base = base
    this.#token = token
    this.#passwords = passwords
    this.#password = passwords.given
    this.#pause = pause
  }

  get host(): string {
    return this.#base.host
  }

  /**
   * Sends a request, with a one-time password if the registry asks for one.
   * @param about the package, for messages
   * @throws Refusal for everything but 2xx and 404
   */
  async send(method: string, path: string, about: string, body?: unknown): Promise<Answered> {
    for (let attempt = 1; ; attempt++) {
      const { response, text } = await this.#request(method, path, about, body)
      const { status, headers } = response
      const json = parsed(text)
      const reason = reasonIn(json) ?? (text.slice(0, 200).trim() || `it answers ${status}`)
      if (status === 401 && wantsPassword(headers, text)) {
        if (attempt > MAX_ATTEMPTS)
          throw refuse('trust_token_refused', { host: this.host, package: about, reason })
        this.#password = await this.#newPassword(json)
        continue
      }
      if (status === 429 && attempt < MAX_ATTEMPTS) {
        await this.#pause(retryAfter(headers) * 1000)
        continue
      }
      if (response.ok || status === 404) return { status, json, reason }
      throw this.#refusal(status, about, reason)
    }
  }

  async #request(
    method: string,
    path: string,
    about: string,
    body: unknown,
  ): Promise<{ readonly response: Response; readonly text: string }> {
    const headers: Record<string, string> = {
      accept: 'application/json',
      authorization: `Bearer ${this.#token}`,
      'npm-auth-type': this.#passwords.given === undefined ? 'web' : 'legacy',
      'npm-command': 'trust',
      'user-agent': 'trustpub',
      ...(this.#password !== undefined && { 'npm-otp': this.#password }),
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
      return { response, text: await bounded(response) }
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw refuse('trust_unreachable', { host: this.host, reason, package: about })
    }
  }

  #refusal(status: number, about: string, reason: string): Error {
    const host = this.host
    const values = { host, package: about, reason: withoutStop(reason) }
    if (status === 401 || status === 403) return refuse('trust_token_refused', values)
    if (status === 429) return refuse('trust_rate_limited', { host })
    if (status >= 300 && status < 400) {
      return refuse('trust_answer_unusable', { host, reason: 'it leads to another address' })
    }
    if (status >= 500)
      return refuse('trust_unreachable', { ...values, reason: `it answers ${status}` })
    return refuse('trust_refused', values)
  }

  /** In the browser, if the registry names a page for it; else typed. One confirmation serves several requests. */
  async #newPassword(json: unknown): Promise<string> {
    const { authUrl, doneUrl } = (json ?? {}) as { authUrl?: unknown; doneUrl?: unknown }
    const { ask, open } = this.#passwords
    if (ask === undefined) throw refuse('trust_otp_needed', { host: this.host })
    if (typeof authUrl !== 'string' || typeof doneUrl !== 'string') {
      return ask(`One-time password for ${this.host}`)
    }
    open(authUrl)
    return this.#confirmed(doneUrl)
  }

  /** Asks until the person has confirmed: 202 while not, then 200 with what stands for a password. */
  async #confirmed(doneUrl: string): Promise<string> {
    const done = URL.canParse(doneUrl) ? new URL(doneUrl) : undefined
    if (done === undefined || !isSafe(done)) {
      throw refuse('trust_answer_unusable', {
        host: this.host,
        reason: 'it names no page to confirm at',
      })
    }
    for (const end = Date.now() + CONFIRM_MS; Date.now() < end; ) {
      const headers = done.host === this.host ? { authorization: `Bearer ${this.#token}` } : {}
      const response = await fetch(done, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) })
      const json = parsed(await bounded(response))
      const token =
        typeof json === 'object' && json !== null && 'token' in json ? json.token : undefined
      if (response.status === 200 && typeof token === 'string') return token
      if (response.status !== 202) break
      await this.#pause(retryAfter(response.headers) * 1000)
    }
    throw refuse('trust_otp_needed', { host: this.host })
  }
}

function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}

function wantsPassword(headers: Headers, text: string): boolean {
  return /\botp\b/i.test(headers.get('www-authenticate') ?? '') || /one-time pass/i.test(text)
}

function retryAfter(headers: Headers): number {
  const seconds = Number(headers.get('retry-after'))
  return seconds > 0 ? Math.min(seconds, MAX_RETRY_AFTER_S) : 1
}

async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES)
      throw new Error(`its answer is longer than ${MAX_ANSWER_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `error` and `message` of npm registries, `message` of the API. */
function reasonIn(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  const { error, message } = json as { error?: unknown; message?: unknown }
  return [message, error].find((text): text is string => typeof text === 'string' && text !== '')
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, '')
}
