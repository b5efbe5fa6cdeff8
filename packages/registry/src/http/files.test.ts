import fc from 'fast-check'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { Blobs } from '../domain/ports.ts'
import type { AppEnv } from './app-types.ts'
import { answerFile } from './files.ts'

const SMALL = Buffer.from('0123456789')
const LARGE = Buffer.alloc(300_000, 'abcdefg')

/** Blobs that hold one; `chunk` is the size of the pieces in which it comes. */
function holding(bytes: Buffer | undefined, chunk = 1000): Blobs['read'] {
  return async (_, { start, end } = { start: 0, end: Number.POSITIVE_INFINITY }) => {
    if (bytes === undefined) return undefined
    const part = bytes.subarray(start, end + 1)
    return (async function* () {
      for (let at = 0; at < part.length; at += chunk) yield part.subarray(at, at + chunk)
    })()
  }
}

async function get(
  bytes: Buffer,
  headers: Record<string, string> = {},
  { method = 'GET', read = holding(bytes) } = {},
): Promise<Response> {
  const app = new Hono<AppEnv>()
  const file = { blob: 'b', size: bytes.length, etag: '"e"', contentType: 'application/x-test' }
  app.get('/', (c) => answerFile(c, { read } as Blobs, file))
  app.onError((error, c) => c.text(error.message, 500))
  return app.request('/', { method, headers })
}

describe('a file', () => {
  it.each([
    ['small', SMALL],
    ['large', LARGE],
  ])('that is %s is sent whole', async (_, bytes) => {
    const response = await get(bytes)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-length')).toBe(String(bytes.length))
    expect(response.headers.get('content-type')).toBe('application/x-test')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
  })

  it.each([
    ['bytes=0-0', '0', 'bytes 0-0/10'],
    ['bytes=2-5', '2345', 'bytes 2-5/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=7-99999999999999999999', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
  ])('is sent in part for %s', async (range, text, contentRange) => {
    const response = await get(SMALL, { range })
    expect([response.status, await response.text()]).toEqual([206, text])
    expect(response.headers.get('content-range')).toBe(contentRange)
    expect(response.headers.get('content-length')).toBe(String(text.length))
  })

  it.each(['bytes=10-', 'bytes=99-100', 'bytes=-0'])('has no part %s', async (range) => {
    const response = await get(SMALL, { range })
    expect(response.status).toBe(416)
    expect(response.headers.get('content-range')).toBe('bytes */10')
  })

  it.each(['bytes=5-2', 'bytes=0-1,3-4', 'items=0-1', 'bytes=', 'bytes=-', 'bytes=a-b'])(
    'is sent whole for %s, which is no range that is understood',
    async (range) => {
      const response = await get(SMALL, { range })
      expect([response.status, await response.text()]).toEqual([200, '0123456789'])
    },
  )

  it('is sent in the part that slice gives, for every range', async () => {
    const position = fc.integer({ min: 0, max: LARGE.length - 1 })
    await fc.assert(
      fc.asyncProperty(position, position, async (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)]
        const response = await get(LARGE, { range: `bytes=${start}-${end}` })
        const bytes = Buffer.from(await response.arrayBuffer())
        expect(bytes.equals(LARGE.subarray(start, end + 1))).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('is not sent to whoever has it, nor to whoever asks for its headers', async () => {
    const known = await get(SMALL, { 'if-none-match': '"e"' })
    expect([known.status, await known.text()]).toEqual([304, ''])
    const read = () => Promise.reject(new Error('was read'))
    const head = await get(SMALL, {}, { method: 'HEAD', read })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '10'])
  })

  it('is not sent at all if its bytes are gone or too few', async () => {
    for (const bytes of [undefined, SMALL.subarray(1)]) {
      expect((await get(SMALL, {}, { read: holding(bytes) })).status).toBe(500)
    }
  })
})
