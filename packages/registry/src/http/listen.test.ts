import { mkdtemp, rm } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterEach, describe, expect, it } from 'vitest'
import type { AppEnv } from './app-types.ts'
import { type Bound, bind } from './listen.ts'
import { selfSigned } from './tls.ts'

const HOST = '127.0.0.1'

let bound: Bound | undefined
afterEach(() => bound?.close())

function makeApp(): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  app.get('/', (c) => c.text(`hello ${(c.req.header('authorization') ?? '').length}`))
  return app
}

function textOf(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
    response.on('end', () => resolve(Buffer.concat(chunks).toString()))
  })
}

function get(port: number, headers: Record<string, string> = {}): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    request({ host: HOST, port, headers, agent: false }, async (response) => {
      resolve([response.statusCode ?? 0, await textOf(response)])
    })
      .on('error', reject)
      .end()
  })
}

describe('a listening server', () => {
  it('takes a free port before there is an app, and serves it then', async () => {
    bound = await bind({ host: HOST, port: 0 })
    expect(bound.port).toBeGreaterThan(0)
    bound.serve(makeApp())
    expect(await get(bound.port)).toEqual([200, 'hello 0'])
  })

  it('answers requests that came before there was an app', async () => {
    bound = await bind({ host: HOST, port: 0 })
    const answer = get(bound.port)
    await new Promise((resolve) => setTimeout(resolve, 50))
    bound.serve(makeApp())
    expect(await answer).toEqual([200, 'hello 0'])
  })

  it('fails if the port is taken', async () => {
    bound = await bind({ host: HOST, port: 0 })
    await expect(bind({ host: HOST, port: bound.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
  })

  it('takes ID tokens of 32 kB in a header', async () => {
    bound = await bind({ host: HOST, port: 0 })
    bound.serve(makeApp())
    const authorization = `Bearer ${'x'.repeat(32_768)}`
    expect(await get(bound.port, { authorization })).toEqual([200, `hello ${authorization.length}`])
    expect((await get(bound.port, { authorization: 'x'.repeat(70_000) }))[0]).toBe(431)
  })

  it('speaks TLS with the certificate that it is given', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tls-'))
    const tls = await selfSigned(folder, [HOST])
    bound = await bind({ host: HOST, port: 0, tls })
    bound.serve(makeApp())
    const { port } = bound
    const text = await new Promise((resolve, reject) => {
      tlsRequest({ host: HOST, port, ca: tls.cert, agent: false }, (response) => {
        resolve(textOf(response))
      })
        .on('error', reject)
        .end()
    })
    expect(text).toBe('hello 0')
    await rm(folder, { recursive: true })
  })

  it('answers 16 requests that wait on one connection, and closes it where there are more', async () => {
    bound = await bind({ host: HOST, port: 0 })
    bound.serve(makeApp())
    const { port } = bound
    const send = (count: number) =>
      new Promise<number>((resolve) => {
        let received = ''
        const socket = connect(port, HOST, () => {
          const last = `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`
          socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`.repeat(count - 1) + last)
        })
        socket.on('data', (chunk) => {
          received += chunk.toString()
        })
        socket.on('error', () => {})
        socket.on('close', () => resolve(received.split('hello 0').length - 1))
      })
    expect(await send(16)).toBe(16)
    expect(await send(40)).toBeLessThan(40)
  })

  it('lets running requests end when it closes', async () => {
    bound = await bind({ host: HOST, port: 0 })
    const app = new Hono<AppEnv>()
    let began = () => {}
    const running = new Promise<void>((resolve) => {
      began = resolve
    })
    app.get('/', async (c) => {
      began()
      await new Promise((resolve) => setTimeout(resolve, 50))
      return c.text('done')
    })
    bound.serve(app)
    const answer = get(bound.port)
    await running
    await bound.close()
    expect(await answer).toEqual([200, 'done'])
    await expect(get(bound.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    bound = undefined
  })
})
