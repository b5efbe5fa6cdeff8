import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readUploadForm } from './pypi-form.ts'

const TYPE = 'multipart/form-data; boundary=x'
const MAX = 1000

type Part = readonly [name: string, value: string, filename?: string]

function encode(parts: readonly Part[]): string {
  const written = parts.map(([name, value, filename]) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`
    return `--x\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`
  })
  return `${written.join('')}--x--\r\n`
}

async function* chunksOf(text: string, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(text: string, options: { size?: number; fail?: Error } = {}) {
  const received: Buffer[] = []
  let filename: string | undefined
  const form = await readUploadForm(
    chunksOf(text, options.size),
    TYPE,
    MAX,
    async (name, chunks) => {
      filename = name
      for await (const chunk of chunks) {
        if (options.fail !== undefined) throw options.fail
        received.push(chunk)
      }
    },
  )
  return { form, filename, content: Buffer.concat(received).toString() }
}

const FILE: Part = ['content', 'bytes', 'a.whl']

describe('readUploadForm', () => {
  it('reads the parts in any order and any chunks, and drops fields that decide nothing', async () => {
    const parts: Part[] = [['name', 'widget'], ['version', '1'], ['summary', 's'], FILE]
    const order = fc.shuffledSubarray(parts, { minLength: parts.length })
    await fc.assert(
      fc.asyncProperty(order, fc.integer({ min: 1, max: 200 }), async (shuffled, size) => {
        expect(await read(encode(shuffled), { size })).toEqual({
          form: { name: 'widget', version: '1' },
          filename: 'a.whl',
          content: 'bytes',
        })
      }),
      { numRuns: 50 },
    )
  })

  it.each<[string, readonly Part[]]>([
    ['twice content', [FILE, FILE]],
    ['no content', [['name', 'widget']]],
    ['twice the same deciding field', [['name', 'a'], ['name', 'b'], FILE]],
    ['a field above 2 MiB', [['description', 'd'.repeat(2 * 1024 * 1024 + 1)], FILE]],
  ])('refuses a form with %s', async (_, parts) => {
    await expect(read(encode(parts), { size: 65536 })).rejects.toMatchObject({
      code: 'body_malformed',
    })
  })

  it('takes a file of exactly the limit, and none that is one byte longer', async () => {
    const file = (size: number): Part => ['content', 'b'.repeat(size), 'a.whl']
    expect((await read(encode([file(MAX)]))).content).toHaveLength(MAX)
    await expect(read(encode([file(MAX + 1)]))).rejects.toMatchObject({ code: 'body_too_large' })
  })

  it('reads the rest of the form after the receiver gave up, and throws what it threw', async () => {
    const fail = new Error('not acceptable')
    let last = false
    async function* body() {
      yield* chunksOf(
        encode([
          ['content', 'b'.repeat(500), 'a.whl'],
          ['name', 'widget'],
        ]),
      )
      last = true
    }
    const reading = readUploadForm(body(), TYPE, MAX, () => Promise.reject(fail))
    await expect(reading).rejects.toBe(fail)
    expect(last).toBe(true)
    await expect(read(encode([FILE]), { fail })).rejects.toBe(fail)
  })

  it('refuses a form that ends early, wherever', async () => {
    const whole = encode([['name', 'widget'], FILE])
    for (let end = 0; end < whole.length - '--\r\n'.length; end++) {
      await expect(read(whole.slice(0, end))).rejects.toMatchObject({ code: 'body_malformed' })
    }
  })

  it('refuses a body that breaks off, and ends the content that was being received', async () => {
    async function* broken() {
      yield* chunksOf(encode([FILE]).slice(0, -10))
      throw new Error('aborted')
    }
    const chunks: string[] = []
    const reading = readUploadForm(broken(), TYPE, MAX, async (_, content) => {
      for await (const chunk of content) chunks.push(chunk.toString())
    })
    await expect(reading).rejects.toMatchObject({ code: 'body_malformed' })
  })

  it.each(['application/json', 'multipart/form-data', undefined])(
    'refuses the content type %s',
    async (type) => {
      const reading = readUploadForm(chunksOf(''), type, MAX, async () => {})
      await expect(reading).rejects.toMatchObject({ code: 'body_malformed' })
    },
  )
})
