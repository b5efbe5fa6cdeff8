import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** A body of known length that can be sent again: each attempt reads it anew. */
export interface Body {
  readonly length: number
  readonly chunks: () => AsyncIterable<Uint8Array>
}

export interface Outgoing {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Body
  /** Ends it before its time. */
  readonly signal?: AbortSignal | undefined
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
}

/** One request and its answer. Redirects are answers like others. @throws Error if there is no answer */
export type Send = (outgoing: Outgoing) => Promise<Answer>

/** A connection on which nothing moves for that long is dead; registries work on an upload for some seconds. */
const IDLE_TIMEOUT_MS = 120_000

/** The largest packuments of npm have some 10 MB. */
const MAX_ANSWER_BYTES = 100 * 1024 * 1024

/** Sends with Node's own client: it follows no redirect, and streams bodies with a length, as registries want them. */
export const send: Send = ({ method, url, headers = {}, body, signal }) =>
  new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(body.length) }
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest
    const outgoing = request(url, { method, signal, headers: { ...headers, ...length } })
    outgoing.setTimeout(IDLE_TIMEOUT_MS, () => {
      outgoing.destroy(new Error(`nothing was heard for ${IDLE_TIMEOUT_MS / 1000} seconds`))
    })
    // A registry may refuse before it has taken the whole body; then the answer counts, not the broken upload.
    outgoing.on('response', (response) => readAnswer(response).then(resolve, reject))
    outgoing.on('error', reject)
    if (body === undefined) outgoing.end()
    else pipeline(Readable.from(body.chunks(), { objectMode: false }), outgoing).catch(reject)
  })

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) throw new Error('the answer is larger than any registry sends')
    chunks.push(chunk)
  }
  const headers = Object.entries(response.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ])
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(headers),
    text: Buffer.concat(chunks).toString('utf8'),
  }
}

/** A body that is in memory. */
export function bodyOf(text: string): Body {
  const bytes = Buffer.from(text)
  return {
    length: bytes.length,
    chunks: async function* () {
      yield bytes
    },
  }
}

/** A JSON object; undefined for anything else, as proxies and maintenance pages send it. */
export function jsonOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined
  } catch {
    return undefined
  }
}

/**
 * As much of `fetch` as the providers of ID tokens need: status and text. Loading the whole of it takes longer than all
 * the rest of the publish of a small package.
 */
export function fetchThrough(send: Send): typeof globalThis.fetch {
  const small = async (input: string | URL, init: RequestInit = {}) => {
    const { status, text } = await send({
      method: init.method === 'POST' ? 'POST' : 'GET',
      url: new URL(input),
      headers: (init.headers ?? {}) as Readonly<Record<string, string>>,
      signal: init.signal ?? undefined,
      ...(typeof init.body === 'string' ? { body: bodyOf(init.body) } : {}),
    })
    const ok = status >= 200 && status < 300
    return { ok, status, text: async () => text, json: async () => JSON.parse(text) as unknown }
  }
  return small as unknown as typeof globalThis.fetch
}
