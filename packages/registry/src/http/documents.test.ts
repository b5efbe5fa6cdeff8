import { gunzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { AppEnv } from './app-types.ts'
import { answerDocument, Documents, hasTag } from './documents.ts'

const LONG = JSON.stringify({ text: 'long '.repeat(1000) })

async function get(text: string, headers: Record<string, string> = {}): Promise<Response> {
  const document = await new Documents(1e6).get('key', async () => text)
  const app = new Hono<AppEnv>()
  app.get('/', (c) => answerDocument(c, document, 'application/json'))
  return app.request('/', { headers })
}

describe('documents', () => {
  it('are built once, also if many ask at once', async () => {
    const documents = new Documents(1e6)
    let built = 0
    const build = async () => {
      built += 1
      return LONG
    }
    const all = await Promise.all(Array.from({ length: 10 }, () => documents.get('key', build)))
    expect(await documents.get('key', build)).toBe(all[0])
    expect(built).toBe(1)
  })

  it('are built again after a failure', async () => {
    const documents = new Documents(1e6)
    const fail = () => Promise.reject(new Error('no'))
    await expect(documents.get('key', fail)).rejects.toThrow('no')
    expect((await documents.get('key', async () => LONG)).plain).toHaveLength(LONG.length)
  })

  it('are forgotten when they get too many, those used longest ago first', async () => {
    const documents = new Documents(3000)
    const built: string[] = []
    const get = (key: string) =>
      documents.get(key, async () => {
        built.push(key)
        return 'x'.repeat(1000)
      })
    for (const key of ['a', 'b', 'c', 'a', 'd', 'a', 'c', 'b']) await get(key)
    expect(built).toEqual(['a', 'b', 'c', 'd', 'b'])
  })

  it('that are larger than the memory for them are sent all the same', async () => {
    const documents = new Documents(10)
    expect((await documents.get('key', async () => LONG)).plain).toHaveLength(LONG.length)
  })
})

describe('a document', () => {
  it.each([
    ['gzip', true],
    ['gzip, deflate, br', true],
    ['br;q=1.0, gzip;q=0.8', true],
    ['identity', false],
    ['gzip;q=0', false],
    ['gzip;q=0.0, br', false],
    ['', false],
  ])('is sent to a client that accepts "%s" compressed: %s', async (accepted, compressed) => {
    const response = await get(LONG, { 'accept-encoding': accepted })
    expect(response.headers.get('content-encoding')).toBe(compressed ? 'gzip' : null)
    const bytes = Buffer.from(await response.arrayBuffer())
    expect((compressed ? gunzipSync(bytes) : bytes).toString()).toBe(LONG)
  })

  it('that is short is never compressed', async () => {
    const response = await get('{}', { 'accept-encoding': 'gzip' })
    expect([response.headers.get('content-encoding'), await response.text()]).toEqual([null, '{}'])
  })

  it('is nothing but what its content type says', async () => {
    expect((await get('<html>')).headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('has a tag that changes with its content', async () => {
    const [a, b] = [(await get('a')).headers.get('etag'), (await get('b')).headers.get('etag')]
    expect(a).toMatch(/^"[\w-]{27}"$/)
    expect(a).not.toBe(b)
    expect((await get('a', { 'if-none-match': a ?? '' })).status).toBe(304)
    expect((await get('b', { 'if-none-match': a ?? '' })).status).toBe(200)
  })

  it.each([
    ['"x"', true],
    ['W/"x"', true],
    ['"y", "x"', true],
    ['*', true],
    ['"y"', false],
    ['x', false],
    [undefined, false],
  ])('with the tag "x" is known to If-None-Match %s: %s', (header, known) => {
    expect(hasTag(header, '"x"')).toBe(known)
  })
})
