import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { connect } from 'node:net'
import { Hono } from 'hono'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { npmTarballOf, publishDocumentOf } from '../protocols/npm-testing.ts'
import { openTemporaryRegistry, type TemporaryRegistry } from '../testing.ts'
import type { AppEnv } from './app-types.ts'
import { bodyStream, drainBody, readJson } from './body.ts'
import { type Bound, bind } from './listen.ts'

const LARGE = Buffer.alloc(20 * 1024 * 1024, 'x')
const BODY = Buffer.alloc(4 * 1024 * 1024)

let bound: Bound | undefined
afterEach(() => bound?.close())

/** Sends {@link BODY} to a handler that refuses after the first chunk. */
async function send(limit: number): Promise<{ status: number | undefined; wholeWasRead: boolean }> {
  let wholeWasRead = false
  const app = new Hono<AppEnv>()
  app.use(async (c, next) => {
    await next()
    wholeWasRead = c.env.incoming?.readableEnded ?? false
  })
  app.post('/', drainBody(limit), async (c) => {
    for await (const _ of bodyStream(c)) break
    return c.text('refused', 403)
  })
  bound = await bind({ host: '127.0.0.1', port: 0 })
  bound.serve(app)
  const { port } = bound
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const sending = request(
      { port, host: '127.0.0.1', method: 'POST', agent: false },
      (response) => {
        response.resume().on('close', () => resolve(response.statusCode))
      },
    )
    sending.on('error', reject).end(BODY)
  })
  return { status, wholeWasRead }
}

describe('drainBody', () => {
  it('reads what the handler left before the answer goes out', async () => {
    expect(await send(BODY.length)).toEqual({ status: 403, wholeWasRead: true })
  })

  it('reads no more than its limit', async () => {
    expect(await send(1024 * 1024)).toMatchObject({ wholeWasRead: false })
  })
})

it('readJson waits half a minute for a body that is dripped, and no longer', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const app = new Hono<AppEnv>()
  app.post('/', async (c) => c.json(await readJson(c)))
  app.onError((error, c) => c.text('code' in error ? String(error.code) : error.message))
  const drip = async (seconds: number): Promise<string> => {
    let drops = 0
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        drops += 1
        if (drops === 3) return controller.close()
        vi.setSystemTime(Date.now() + (seconds * 1000) / 2)
        controller.enqueue(Buffer.from(drops === 1 ? '[' : ']'))
      },
    })
    return (await app.request('/', { method: 'POST', body, duplex: 'half' } as RequestInit)).text()
  }
  expect(await drip(29)).toBe('[]')
  expect(await drip(61)).toBe('body_too_slow')
  vi.useRealTimers()
})

describe('a large body that is refused at once', () => {
  let registry: TemporaryRegistry
  let server: Bound
  beforeAll(async () => {
    registry = await openTemporaryRegistry()
    server = await bind({ host: '127.0.0.1', port: 0 })
    server.serve(registry.app)
  })
  afterAll(async () => {
    await server.close()
    await registry.close()
  })

  it.each([
    ['PUT', '/widget', 401],
    ['POST', '/legacy/', 401],
    ['POST', '/-/api/v1/tokens', 401],
    ['POST', '/_/oidc/mint-token', 422],
    ['POST', '/nowhere/at/all', 404],
    ['PUT', '/%zz', 400],
  ])(
    'does not keep the answer to %s %s from a client that reads afterwards',
    async (method, path, status) => {
      expect(await sendThenRead(server.port, method, path, LARGE)).toContain(`HTTP/1.1 ${status} `)
    },
  )

  it('leaves the connection to the next request', async () => {
    const answers = await sendThenRead(
      server.port,
      'PUT',
      '/widget',
      LARGE,
      'GET /-/ping HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    )
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 401', 'HTTP/1.1 200'])
  })

  it('gets its answer to clients of Node too', async () => {
    const options = {
      host: '127.0.0.1',
      port: server.port,
      method: 'PUT',
      path: '/widget',
      agent: false,
    }
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request(options, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end(LARGE)
    })
    expect(status).toBe(401)
  })

  it.each([
    ['PUT', '/gone', 'application/json', largeDocument],
    ['POST', '/legacy/', 'multipart/form-data; boundary=x', largeForm],
  ])(
    'whose sender goes away in the middle of %s %s leaves nothing behind',
    async (method, path, type, make) => {
      const body = await make()
      const token = await registry.token(registry.alice, 'publish')
      const head = [
        `${method} ${path} HTTP/1.1`,
        'host: x',
        `authorization: Bearer ${token}`,
        `content-type: ${type}`,
        `content-length: ${body.length}`,
      ]
      const socket = connect(server.port, '127.0.0.1')
      socket.write(`${head.join('\r\n')}\r\n\r\n`)
      socket.write(body.slice(0, body.length / 2))
      await expect.poll(() => registry.blobNames()).toHaveLength(1)
      socket.destroy()
      await expect.poll(() => registry.blobNames()).toEqual([])
      expect(registry.logged()).not.toContain('unexpected error')
      expect((await fetch(`http://127.0.0.1:${server.port}/-/ping`)).status).toBe(200)
    },
  )
})

/** Like twine: writes the whole request before it reads a byte. Returns everything that came back. */
function sendThenRead(
  port: number,
  method: string,
  path: string,
  body: Buffer,
  next = '',
): Promise<string> {
  return new Promise((resolve, reject) => {
    const close = next === '' ? 'connection: close\r\n' : ''
    const head = `${method} ${path} HTTP/1.1\r\nhost: x\r\n${close}content-length: ${body.length}\r\n\r\n`
    const socket = connect(port, '127.0.0.1')
    const chunks: Buffer[] = []
    socket.on('error', reject).on('end', () => resolve(Buffer.concat(chunks).toString('latin1')))
    socket.write(head)
    socket.write(body, () => {
      socket.on('data', (chunk: Buffer) => chunks.push(chunk))
      if (next !== '') socket.write(next)
    })
  })
}

/** `npm publish` of a tarball that does not compress. */
async function largeDocument(): Promise<string> {
  const filler = randomBytes(500_000).toString('base64')
  return publishDocumentOf('gone', '1.0.0', await npmTarballOf('gone', '1.0.0', { filler }))
}

/** The form of a legacy upload, up to somewhere in its file. */
async function largeForm(): Promise<string> {
  return [
    '--x',
    'content-disposition: form-data; name="content"; filename="gone-1.0.0-py3-none-any.whl"',
    '',
    'x'.repeat(1_000_000),
  ].join('\r\n')
}
