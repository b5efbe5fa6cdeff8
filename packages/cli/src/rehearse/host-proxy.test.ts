import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HostProxy, startHostProxy } from './host-proxy.ts'

const target = createServer((_, response) => response.end('the stage'))
let proxy: HostProxy

beforeAll(async () => {
  target.listen(0, '127.0.0.1')
  await once(target, 'listening')
  const { port } = target.address() as AddressInfo
  proxy = await startHostProxy(new Map([['upload.example', port]]))
})

afterAll(async () => {
  await proxy.close()
  target.close()
})

async function connect(path: string): Promise<{ status: number | undefined; socket: Socket }> {
  const asked = request(proxy.url, { method: 'CONNECT', path })
  asked.end()
  const [response, socket] = (await once(asked, 'connect')) as [{ statusCode: number }, Socket]
  return { status: response.statusCode, socket }
}

describe('startHostProxy', () => {
  it('leads a named host to the port on loopback', async () => {
    const { status, socket } = await connect('upload.example:443')
    expect(status).toBe(200)
    socket.write('GET / HTTP/1.1\r\nhost: upload.example\r\nconnection: close\r\n\r\n')
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).toString()).toContain('the stage')
  })

  it('refuses every other host', async () => {
    const { status, socket } = await connect('elsewhere.example:443')
    expect(status).toBe(403)
    socket.destroy()
  })

  it('refuses plain requests', async () => {
    const asked = request(proxy.url, { path: 'http://elsewhere.example/' })
    asked.end()
    const [response] = (await once(asked, 'response')) as [
      { statusCode: number; resume: () => void },
    ]
    response.resume()
    expect(response.statusCode).toBe(403)
  })
})
