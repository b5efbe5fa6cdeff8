import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { App } from './app-types.ts'

/** npm puts the ID token into a header, and GitLab's can be 20 kB; Node's own limit for all headers is 16 kB. */
const MAX_HEADER_BYTES = 64 * 1024
/** A client that sends nothing for this long has gone away; uploads send all the time. */
const IDLE_MS = 60_000
/** Running requests get this long to end when the server stops. */
const DRAIN_MS = 10_000

export interface Tls {
  readonly key: string
  readonly cert: string
}

/** A port that is taken, and will be served once there is an app: the app may need to know its own address. */
export interface Bound {
  /** The port, also where 0 was asked for. */
  readonly port: number
  readonly serve: (app: App) => void
  /** Takes no more requests, lets running ones end, then resolves. */
  readonly close: () => Promise<void>
}

/** Takes a port: plain http, or https with the given certificate. */
export async function bind(address: {
  readonly host: string
  readonly port: number
  readonly tls?: Tls
}): Promise<Bound> {
  const options = { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: IDLE_MS }
  const server =
    address.tls === undefined
      ? createServer(options)
      : createTlsServer({ ...options, ...address.tls })
  // Node ends any request after five minutes; a large upload over a slow line takes longer. Idle ones still end.
  server.requestTimeout = 0
  server.setTimeout(IDLE_MS)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(address.port, address.host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    serve: (app) => {
      server.on('request', getRequestListener(app.fetch))
    },
    close: () =>
      new Promise((resolve) => {
        const drain = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
        server.close(() => {
          clearTimeout(drain)
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}
