import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A configuration as npm's trust endpoint keeps it. */
export interface Wire {
  readonly id: string
  readonly type: string
  readonly claims: unknown
  readonly permissions: readonly string[]
}

export interface DoubleOptions {
  /** The packages that exist, and what they have. */
  readonly packages?: Readonly<Record<string, readonly Omit<Wire, 'id'>[]>>
  /** How many configurations a package may have: 10 since September 2026, 1 before. */
  readonly limit?: number
  /** Whether a package without configurations is answered with 404. */
  readonly emptyIs404?: boolean
  readonly secondFactor?: 'none' | 'code' | 'web'
  /** For how many requests somebody who has confirmed is remembered. */
  readonly remembered?: number
  /** Requests that are answered with 429 instead, by number from 0, with this `retry-after`. */
  readonly busy?: Readonly<Record<number, string>>
  /** Requests that are carried out and never answered. */
  readonly cut?: readonly number[]
  /** What POST is refused with; undefined if it is not. */
  readonly refusal?: (
    wire: Omit<Wire, 'id'>,
  ) => { readonly status: number; readonly body: unknown } | undefined
}

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}

/** A double of the trust endpoint of npmjs.com, as far as clients, its documentation and people's logs tell of it. */
export interface NpmjsDouble {
  readonly url: URL
  readonly seen: Seen[]
  readonly configured: (name: string) => readonly Wire[]
  /** The code that the person's device shows; each is good for once. */
  readonly code: () => string
  /** The person confirms in the browser. */
  readonly confirm: () => void
  readonly close: () => void
}

/** The token that `npm login` leaves. */
export const SESSION_TOKEN = 'npm_session'
/** A granular access token, which may not change trusted publishers. */
export const GRANULAR_TOKEN = 'npm_granular'
/** The session of somebody who does not own the packages. */
export const STRANGER_TOKEN = 'npm_stranger'

export async function startNpmjsDouble(options: DoubleOptions = {}): Promise<NpmjsDouble> {
  const double = new Double(options)
  const server: Server = createServer((request, response) => double.take(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  double.url = url
  return {
    url,
    seen: double.seen,
    configured: (name) => double.packages.get(name) ?? [],
    code: () => double.code,
    confirm: () => double.confirm(),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

class Double {
  readonly packages: Map<string, Wire[]>
  readonly seen: Seen[] = []
  url = new URL('http://127.0.0.1/')
  code = '100000'
  readonly #options: DoubleOptions
  #remembered = 0
  #pending: string | undefined
  #confirmed = new Set<string>()

  constructor(options: DoubleOptions) {
    this.#options = options
    this.packages = new Map(
      Object.entries(options.packages ?? {}).map(([name, list]) => [
        name,
        list.map((one) => ({ ...one, id: randomUUID() })),
      ]),
    )
  }

  confirm(): void {
    if (this.#pending !== undefined) this.#confirmed.add(this.#pending)
  }

  take(request: IncomingMessage, response: ServerResponse): void {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const body: unknown = text === '' ? undefined : JSON.parse(text)
      const number = this.seen.length
      this.seen.push({ method, url, headers, body })
      const wait = this.#options.busy?.[number]
      if (wait !== undefined)
        return send(response, 429, 'Too many', wait === '' ? {} : { 'retry-after': wait })
      const answer = this.#answer({ method, url, headers, body })
      if (this.#options.cut?.includes(number)) return void request.socket.destroy()
      send(response, answer.status, answer.body, answer.headers)
    })
  }

  #answer(seen: Seen): Reply {
    const { method, url, headers, body } = seen
    if (url.startsWith('/-/auth/done/')) return this.#done(url.slice('/-/auth/done/'.length))
    const token = headers.authorization?.replace(/^Bearer /, '')
    const [, escaped, id] = /^\/-\/package\/([^/]+)\/trust(?:\/([^/]+))?$/.exec(url) ?? []
    const name = escaped?.replace('%2f', '/') ?? ''
    const packageName = url.slice(1).replace('%2f', '/')
    if (method === 'HEAD') return { status: this.packages.has(packageName) ? 200 : 404 }
    if (escaped === undefined) return { status: 404, body: {} }
    if (token === GRANULAR_TOKEN) {
      const message = 'npm tokens that bypass 2FA are being restricted'
      return { status: 401, body: { message } }
    }
    if (token !== SESSION_TOKEN && token !== STRANGER_TOKEN) return { status: 401, body: {} }
    const challenge = this.#challenge(headers['npm-otp'])
    if (challenge !== undefined) return challenge
    const there = this.packages.get(name)
    if (there === undefined) return { status: 404, body: {} }
    if (token === STRANGER_TOKEN)
      return { status: 403, body: { message: `you may not, ${token}.` } }
    if (method === 'GET') {
      return there.length === 0 && this.#options.emptyIs404
        ? { status: 404, body: {} }
        : { status: 200, body: there }
    }
    if (method === 'DELETE') return this.#revoked(there, id ?? '')
    return method === 'POST' ? this.#created(there, body) : { status: 405, body: {} }
  }

  #challenge(otp: string | string[] | undefined): Reply | undefined {
    const { secondFactor = 'none', remembered = 0 } = this.#options
    if (secondFactor === 'none') return undefined
    if (typeof otp === 'string' && (otp === this.code || this.#confirmed.has(otp))) {
      this.code = String(Number(this.code) + 1)
      this.#confirmed.delete(otp)
      this.#remembered = remembered
      return undefined
    }
    // A stale password is refused even of somebody who is remembered.
    if (otp === undefined && this.#remembered > 0) {
      this.#remembered -= 1
      return undefined
    }
    const way = { 'www-authenticate': 'OTP' }
    if (secondFactor === 'code') return { status: 401, body: { error: 'otp' }, headers: way }
    this.#pending = randomUUID()
    const doneUrl = new URL(`/-/auth/done/${this.#pending}`, this.url).href
    return {
      status: 401,
      body: { authUrl: 'https://www.npmjs.example/auth', doneUrl },
      headers: way,
    }
  }

  #done(session: string): Reply {
    return this.#confirmed.has(session)
      ? { status: 200, body: { token: session } }
      : { status: 202, body: {}, headers: { 'retry-after': '1' } }
  }

  #created(there: Wire[], body: unknown): Reply {
    const [wire] = Array.isArray(body) && body.length === 1 ? (body as Omit<Wire, 'id'>[]) : []
    if (wire === undefined) return { status: 400, body: { message: 'one configuration, please' } }
    if (!Array.isArray(wire.permissions) || wire.permissions.length === 0) {
      const message = 'permissions is required and must contain at least one valid route'
      return { status: 400, body: { message } }
    }
    const refusal = this.#options.refusal?.(wire)
    if (refusal !== undefined) return refusal
    const isThere = there.some((one) => key(one) === key(wire))
    // npm prints no reason of a 409: there is none in it.
    if (isThere || there.length >= (this.#options.limit ?? 10)) return { status: 409, body: {} }
    const created = { ...wire, id: randomUUID() }
    there.push(created)
    return { status: 201, body: [created] }
  }

  #revoked(there: Wire[], id: string): Reply {
    const at = there.findIndex((one) => one.id === id)
    if (at < 0) return { status: 404, body: {} }
    there.splice(at, 1)
    return { status: 204 }
  }
}

interface Reply {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

function key({ type, claims }: Omit<Wire, 'id'>): string {
  return JSON.stringify([type, claims])
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}
