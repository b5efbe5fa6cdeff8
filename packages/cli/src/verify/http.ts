import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { pipeline, type Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { Refusal } from '@trustpub/identity'
import { refuse } from './errors.ts'

/** Connections kept to one host: registries count more as an attack. */
const CONNECTIONS = 16
/** A connection on which nothing moves for that long is dead. */
const IDLE_TIMEOUT_MS = 30_000
/** Pauses before the second and third attempt. */
const PAUSES_MS = [500, 2000]
const MAX_RETRY_AFTER_MS = 30_000
/** Indexes send readers to their file host, mirrors to their upstream; a longer way is a circle. */
const MAX_REDIRECTS = 4

type Headers = Readonly<Record<string, string>>

export interface Answer {
  readonly status: number
  readonly text: string
}

/** Reads from registries: kept connections, further attempts, bounded answers, and a token for one origin only. */
export class Http {
  readonly #token: { readonly origin: string; readonly value: string } | undefined
  readonly #pauses: readonly number[]
  readonly #agents = {
    'http:': new HttpAgent({ keepAlive: true, maxSockets: CONNECTIONS }),
    'https:': new HttpsAgent({ keepAlive: true, maxSockets: CONNECTIONS }),
  }

  constructor(
    token?: { readonly origin: string; readonly value: string },
    pauses: readonly number[] = PAUSES_MS,
  ) {
    this.#token = token
    this.#pauses = pauses
  }

  /**
   * The text at an address; all but outages is an answer.
   * @throws Refusal `unreachable`, `address_insecure`, `answer_unusable` (longer than `limit` bytes)
   */
  get(url: URL, accept: string, limit: number): Promise<Answer> {
    return this.#ask(url, { accept, 'accept-encoding': 'gzip' }, async (response, status) => {
      const chunks: Buffer[] = []
      let size = 0
      for await (const chunk of decoded(response) as AsyncIterable<Buffer>) {
        size += chunk.length
        if (size > limit) throw tooLong(url, limit)
        chunks.push(chunk)
      }
      return { status, text: Buffer.concat(chunks).toString('utf8') }
    })
  }

  /**
   * Reads a file in pieces. `start` is called for each attempt and gives what takes the pieces.
   * @throws Refusal `unreachable`, `address_insecure`
   */
  download(url: URL, start: () => (chunk: Buffer) => void): Promise<{ readonly status: number }> {
    // Digests are of the file as it is stored, so nothing may pack it for the way.
    const headers = { accept: '*/*', 'accept-encoding': 'identity' }
    return this.#ask(url, headers, async (response, status) => {
      const take = start()
      for await (const chunk of response as AsyncIterable<Buffer>) if (status === 200) take(chunk)
      return { status }
    })
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy()
  }

  async #ask<Result extends { readonly status: number }>(
    url: URL,
    headers: Headers,
    read: (response: IncomingMessage, status: number) => Promise<Result>,
  ): Promise<Result> {
    for (let attempt = 0; ; attempt++) {
      const pause = this.#pauses[attempt]
      let after = 0
      try {
        const response = await this.#follow(url, headers)
        const status = response.statusCode ?? 0
        if (!isPassing(status)) return await read(response, status)
        after = retryAfter(response)
        response.resume()
        throw new Error(`it answered ${status}`)
      } catch (error) {
        if (error instanceof Refusal) throw error
        const reason = error instanceof Error ? error.message || error.name : String(error)
        if (pause === undefined) throw refuse('unreachable', { url: url.href, reason })
        await wait(Math.max(pause, after))
      }
    }
  }

  async #follow(from: URL, headers: Headers): Promise<IncomingMessage> {
    let url = from
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const response = await this.#send(url, headers)
      const { statusCode = 0 } = response
      const { location } = response.headers
      if (statusCode < 300 || statusCode >= 400 || location === undefined) return response
      response.resume()
      if (!URL.canParse(location, url.href)) throw new Error('it leads to no address')
      url = new URL(location, url)
    }
    throw new Error(`it leads on more than ${MAX_REDIRECTS} times`)
  }

  #send(url: URL, asked: Headers): Promise<IncomingMessage> {
    const { protocol } = url
    requireSecure(url)
    const token = this.#token?.origin === url.origin ? this.#token.value : undefined
    const headers = {
      ...asked,
      'user-agent': 'trustpub',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    }
    return new Promise((resolve, reject) => {
      const request =
        protocol === 'https:'
          ? httpsRequest(url, { headers, agent: this.#agents['https:'] })
          : httpRequest(url, { headers, agent: this.#agents['http:'] })
      request.setTimeout(IDLE_TIMEOUT_MS, () => {
        request.destroy(new Error(`nothing was heard for ${IDLE_TIMEOUT_MS / 1000} seconds`))
      })
      request.on('response', resolve)
      request.on('error', reject)
      request.end()
    })
  }
}

function requireSecure(url: URL): void {
  const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (url.protocol === 'https:' || (url.protocol === 'http:' && loopback)) return
  throw refuse('address_insecure', { url: url.href })
}

/** Outages pass; 501 and the like stay. */
function isPassing(status: number): boolean {
  return status === 429 || status === 500 || (status >= 502 && status <= 504)
}

function decoded(response: IncomingMessage): Readable {
  if (response.headers['content-encoding'] !== 'gzip') return response
  const gunzip = createGunzip()
  // Both end together, whichever is cut off; who reads the second is told of it there.
  return pipeline(response, gunzip, () => undefined)
}

function retryAfter({ headers }: IncomingMessage): number {
  const seconds = Number(headers['retry-after'])
  return seconds > 0 ? Math.min(seconds * 1000, MAX_RETRY_AFTER_MS) : 0
}

function tooLong(url: URL, limit: number): Refusal {
  return refuse('answer_unusable', { url: url.href, reason: `it is longer than ${limit} bytes` })
}
