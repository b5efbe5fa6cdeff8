import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { buffer } from 'node:stream/consumers'

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly bytes: Buffer
  readonly text: string
  /** The body as JSON, to be looked at by a test. */
  readonly json: () => Json
}

/** A JSON object, to be looked at member by member. */
export type Json = { readonly [member: string]: JsonValue }
type JsonValue = string | number | boolean | null | readonly JsonValue[] | Json

export interface Sent {
  readonly method?: string
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | undefined
  /** The certificate to trust, as PEM. */
  readonly ca?: string | undefined
}

/** One HTTP request on a connection of its own. Unlike `fetch` it can be told which certificate to trust. */
export function send(url: string, sent: Sent = {}): Promise<Answer> {
  const { method = 'GET', token, headers, body, ca } = sent
  const request = url.startsWith('https:') ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method,
      agent: false,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
        ...headers,
      },
      ...(ca === undefined ? {} : { ca }),
    })
    outgoing.on('error', reject)
    outgoing.on('response', (response) => {
      buffer(response).then((bytes) => {
        const text = bytes.toString('utf8')
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          bytes,
          text,
          json: () => JSON.parse(text) as Json,
        })
      }, reject)
    })
    outgoing.end(body)
  })
}
