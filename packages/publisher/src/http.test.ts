import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { type Body, bodyOf, fetchThrough, jsonOf, send } from './http.ts'

async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x?y=z`)
}

const LARGE: Body = {
  length: 30_000_000,
  async *chunks() {
    for (let i = 0; i < 300; i++) yield Buffer.alloc(100_000)
  },
}

it('sends a body with its length, as registries want it', async () => {
  let seen: unknown
  const url = await serve(async (request, response) => {
    const { method, headers } = request
    seen = [method, headers['content-length'], headers['transfer-encoding'], headers.x]
    response.end(String((await buffer(request)).length))
  })
  const { status, text } = await send({ method: 'PUT', url, headers: { x: 'y' }, body: LARGE })
  expect([status, text]).toEqual([200, '30000000'])
  expect(seen).toEqual(['PUT', '30000000', undefined, 'y'])
})

it('hears a refusal that comes before the body was taken', async () => {
  const url = await serve((request, response) => {
    response.writeHead(403, { connection: 'close' }).end('no leave', () => request.destroy())
  })
  for (let times = 0; times < 5; times++) {
    const answer = await send({ method: 'PUT', url, body: LARGE })
    expect([answer.status, answer.text]).toEqual([403, 'no leave'])
  }
})

it('gives a redirect as the answer that it is', async () => {
  let asked = 0
  const url = await serve((_, response) => {
    asked += 1
    response.writeHead(302, { location: '/elsewhere' }).end()
  })
  const { status, headers } = await send({ method: 'GET', url })
  expect([status, headers.location, asked]).toEqual([302, '/elsewhere', 1])
})

it('fails if the connection breaks, and if a body breaks off', async () => {
  const url = await serve((request) => void request.once('data', () => request.destroy()))
  await expect(send({ method: 'PUT', url, body: LARGE })).rejects.toThrow()
  const broken: Body = {
    length: 10,
    async *chunks() {
      yield Buffer.from('x')
      throw new Error('the file is gone')
    },
  }
  await expect(send({ method: 'PUT', url, body: broken })).rejects.toThrow('the file is gone')
})

it('is as much of fetch as the providers of ID tokens need', async () => {
  const url = await serve(async (request, response) => {
    const { method, url: path, headers } = request
    const body = String(await buffer(request))
    response.writeHead(201).end(JSON.stringify({ method, path, body, x: headers.x }))
  })
  const small = fetchThrough(send)
  const got = await small(url, { headers: { x: 'y' } })
  expect([got.ok, got.status]).toEqual([true, 201])
  expect(await got.json()).toEqual({ method: 'GET', path: '/x?y=z', body: '', x: 'y' })
  const posted = await small(url.href, { method: 'POST', body: 'text' })
  expect(JSON.parse(await posted.text())).toMatchObject({ method: 'POST', body: 'text' })
})

it('reads JSON objects and takes all else for nothing', async () => {
  expect(jsonOf('{"a":1}')).toEqual({ a: 1 })
  for (const text of ['', '[]', 'null', '<html>', '1']) expect(jsonOf(text)).toBeUndefined()
  expect(bodyOf('ä').length).toBe(2)
})
