import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'

const HOST = '127.0.0.1'

export interface HostProxy {
  readonly url: string
  readonly close: () => Promise<void>
}

/**
 * A proxy (HTTP CONNECT) that leads each of these hosts to its port on loopback. Every other host is refused, so a
 * client behind it reaches nothing outside.
 */
export async function startHostProxy(ports: ReadonlyMap<string, number>): Promise<HostProxy> {
  const open = new Set<Duplex>()
  const server = createServer((_request, response) => {
    response.writeHead(403).end('A rehearsal leads to no other host.')
  })
  server.on('connect', (request, client: Duplex) => {
    open.add(client)
    client.on('error', () => client.destroy())
    client.on('close', () => open.delete(client))
    const [host = ''] = (request.url ?? '').split(':')
    const port = ports.get(host)
    if (port === undefined) {
      client.end('HTTP/1.1 403 A rehearsal leads to no other host\r\n\r\n')
      return
    }
    const target = connect(port, HOST, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      client.pipe(target).pipe(client)
    })
    target.on('error', () => client.destroy())
    client.on('close', () => target.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve))
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
