import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { App } from './app-types.ts'

/** npm puts the ID token into a header, and GitLab's can be 20 kB; Node's own limit for all headers is 16 kB. */
const MAX_HEADER_BYTES = 64 * 1024
/** A client that sends nothing for this long has gone away; uploads send all the time. */
const IDLE_MS = 60_000
/**
 * Requests that may wait for their answers on one connection. Each may hold a part of a file meanwhile, so whoever sends
 * thousands and reads no answer could fill the memory. Package managers send one at a time.
 */
const MAX_PIPELINED = 16
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
  /** From now on requests are answered, those that came before included. */
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
  const early: Parameters<Listener>[] = []
  const hold: Listener = (...request) => void early.push(request)
  server.on('request', hold)
  return {
    port: (server.address() as AddressInfo).port,
    serve: (app) => {
      const listener = limitPipelining(getRequestListener(app.fetch))
      server.off('request', hold)
      server.on('request', listener)
      for (const request of early.splice(0)) listener(...request)
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

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

/** Closes connections on which too many requests wait. */
function limitPipelining(listener: Listener): Listener {
  const waiting = new WeakMap<Socket, number>()
  return (request, response) => {
    const { socket } = request
    const count = (waiting.get(socket) ?? 0) + 1
    if (count > MAX_PIPELINED) return socket.destroy()
    waiting.set(socket, count)
    response.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1))
    return listener(request, response)
  }
}
