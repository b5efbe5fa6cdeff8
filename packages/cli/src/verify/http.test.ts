import { createHash } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, it } from 'vitest'
import { Http } from './http.ts'

const servers: Server[] = []
const clients: Http[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}

function client(...args: ConstructorParameters<typeof Http>): Http {
  const http = new Http(...args)
  clients.push(http)
  return http
}

it('follows a redirect, and leaves the token behind when that leads to another origin', async () => {
  const seen: (string | undefined)[] = []
  const second = await serve((request, response) => {
    seen.push(request.headers.authorization)
    response.end('there')
  })
  const first = await serve((request, response) => {
    seen.push(request.headers.authorization)
    response.writeHead(302, { location: second.href }).end()
  })
  const http = client({ origin: first.origin, value: 'secret' }, [])
  expect(await http.get(first, '*/*', 100)).toEqual({ status: 200, text: 'there' })
  expect(seen).toEqual(['Bearer secret', undefined])
})

it('gives up on a circle of redirects', async () => {
  const url = await serve((_, response) => response.writeHead(302, { location: '/' }).end())
  await expect(client(undefined, []).get(url, '*/*', 100)).rejects.toMatchObject({
    code: 'unreachable',
  })
})

it('refuses a redirect to plain http elsewhere', async () => {
  const location = 'http://registry.example.com/'
  const url = await serve((_, response) => response.writeHead(302, { location }).end())
  await expect(client(undefined, []).get(url, '*/*', 100)).rejects.toMatchObject({
    code: 'address_insecure',
  })
})

it('asks again after an outage, and after a connection that was cut', async () => {
  let asked = 0
  const url = await serve((_, response) => {
    asked += 1
    if (asked === 1) response.writeHead(503).end()
    else if (asked === 2) response.destroy()
    else response.end('at last')
  })
  expect((await client(undefined, [1, 1]).get(url, '*/*', 100)).text).toBe('at last')
})

it('refuses an answer that is too long, also one that was packed small', async () => {
  const packed = gzipSync(Buffer.alloc(1_000_000))
  const url = await serve((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed),
  )
  await expect(client(undefined, []).get(url, '*/*', 10_000)).rejects.toMatchObject({
    code: 'answer_unusable',
  })
  expect((await client().get(url, '*/*', 1_000_000)).text).toHaveLength(1_000_000)
})

it('takes a download in pieces, from the start again if it was cut off', async () => {
  const bytes = Buffer.alloc(300_000, 'x')
  let asked = 0
  const url = await serve((_, response) => {
    asked += 1
    response.writeHead(200, { 'content-length': bytes.length })
    if (asked > 1) response.end(bytes)
    else response.write(bytes.subarray(0, 100_000), () => response.destroy())
  })
  let hash = createHash('sha256')
  let started = 0
  await client(undefined, [1]).download(url, () => {
    started += 1
    hash = createHash('sha256')
    return (chunk) => void hash.update(chunk)
  })
  expect(started).toBe(2)
  expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
})
