import { request } from 'node:http'
import { Hono } from 'hono'
import { afterEach, describe, expect, it } from 'vitest'
import type { AppEnv } from './app-types.ts'
import { bodyStream, drainBody } from './body.ts'
import { type Bound, bind } from './listen.ts'

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
