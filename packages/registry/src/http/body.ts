import type { IncomingHttpHeaders } from 'node:http'
import type { MiddlewareHandler } from 'hono'
import { refuse } from '../errors.ts'
import type { AppContext, AppEnv } from './app-types.ts'

/** Control requests are small; files have limits of their own. */
const MAX_JSON_BYTES = 256 * 1024

/** The request body as a stream of chunks. Whoever stops half-way leaves the connection open for the answer. */
export function bodyStream(c: AppContext): AsyncIterable<Uint8Array> {
  return c.env?.incoming?.iterator({ destroyOnReturn: false }) ?? c.req.raw.body ?? emptyBody()
}

/** A large upload over a slow line; whoever needs longer to be refused is not worth waiting for. */
const DRAIN_MS = 5 * 60_000

/**
 * Reads what was left of the request body, up to `limit` bytes, before the answer goes out: most clients look at the
 * answer only after they have sent everything, and would never see why they were refused.
 */
export function drainBody(limit: number): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next()
    const { incoming } = c.env ?? {}
    if (incoming === undefined || !mayHaveBody(incoming.headers)) return
    if (incoming.readableEnded || incoming.destroyed) return
    const deadline = Date.now() + DRAIN_MS
    let size = 0
    try {
      for await (const chunk of bodyStream(c)) {
        size += chunk.length
        if (size > limit || Date.now() > deadline) return
      }
    } catch {
      // The client has gone, so nobody waits for the answer.
    }
  }
}

/** RFC 9112, section 6.3: without either header a request has no body. */
function mayHaveBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

/** A control request is sent at once. Whoever drips it holds a connection, and leave that was given long ago. */
const JSON_MS = 30_000

/**
 * Reads a small JSON body, and makes sure that the sender's token still counts once it is there.
 * @throws Refusal `body_malformed`, `body_too_large`, `body_too_slow` or `token_revoked`
 */
export async function readJson(c: AppContext): Promise<unknown> {
  const chunks: Uint8Array[] = []
  const deadline = Date.now() + JSON_MS
  let size = 0
  for await (const chunk of bodyStream(c)) {
    size += chunk.length
    if (size > MAX_JSON_BYTES)
      throw refuse('body_too_large', { limit: `${MAX_JSON_BYTES / 1024} KiB` })
    if (Date.now() > deadline) throw refuse('body_too_slow', { seconds: JSON_MS / 1000 })
    chunks.push(chunk)
  }
  await c.get('confirmActor')?.()
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
    return JSON.parse(text) as unknown
  } catch {
    throw refuse('body_malformed', { reason: 'it is not JSON' })
  }
}
