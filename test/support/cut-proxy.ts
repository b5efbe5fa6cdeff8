import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'

/** A wire to a server that breaks in the middle of a large upload until it is healed. */
export interface CutProxy {
  readonly url: string
  readonly heal: () => void
  readonly close: () => Promise<void>
}

/** More than any exchange or small package sends over one connection, less than a large package does. */
const CUT_AFTER_BYTES = 1_000_000

/** Passes bytes on to the server at `target`, and breaks every connection that has sent too many. */
export async function startCutProxy(target: string): Promise<CutProxy> {
  const { port, hostname } = new URL(target)
  const sockets = new Set<Socket>()
  let healed = false
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      socket.on('error', () => undefined)
    }
    let sent = 0
    client.on('data', (chunk) => {
      sent += chunk.length
      if (healed || sent < CUT_AFTER_BYTES) return
      client.destroy()
      upstream.destroy()
    })
    client.pipe(upstream).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    heal: () => {
      healed = true
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
