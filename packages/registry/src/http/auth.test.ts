import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removePublisher } from '../domain/publishers.ts'
import { hashToken, issueExchangedToken } from '../domain/tokens.ts'
import { npmTarballOf, publishDocumentOf } from '../protocols/npm-testing.ts'
import { sdistOf, uploadForm } from '../protocols/pypi-testing.ts'
import { HOST, openTemporaryRegistry, type TemporaryRegistry } from '../testing.ts'
import { credential } from './auth.ts'

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`

describe('the credential of a request', () => {
  it.each<[header: string | undefined, token: string | undefined]>([
    [undefined, undefined],
    ['', undefined],
    ['Bearer', undefined],
    ['Bearer  ', undefined],
    ['Bearer abc', 'abc'],
    ['bearer   abc ', 'abc'],
    [basic('__token__:abc'), 'abc'],
    [basic('__token__:a:b'), 'a:b'],
    [basic('abc:'), 'abc'],
    [basic(':abc'), 'abc'],
    [basic(':'), undefined],
    [basic('abc'), 'abc'],
    ['basic !!!', undefined],
    ['abc', undefined],
  ])('of %j is %j', (header, token) => {
    expect(credential(header)).toBe(token)
  })

  it('is what was sent, whatever that is', () => {
    const text = fc.string({ minLength: 1 }).filter((each) => each === each.trim())
    fc.assert(
      fc.property(text, (token) => {
        expect(credential(basic(`__token__:${token}`))).toBe(token)
      }),
    )
  })
})

describe('leave that ends while the body is on its way', () => {
  let registry: TemporaryRegistry
  beforeAll(async () => {
    registry = await openTemporaryRegistry()
    const token = await registry.token(registry.alice, 'publish')
    const body = publishDocumentOf('there', '1.0.0', await npmTarballOf('there', '1.0.0'))
    await registry.request('PUT /there', { token, body })
  })
  afterAll(() => registry.close())

  /** Sends a request whose body comes when `meanwhile` is done. */
  const send = async (
    line: string,
    token: string,
    body: Response,
    meanwhile: () => Promise<void>,
  ): Promise<unknown> => {
    const [method = '', path = ''] = line.split(' ')
    const type = body.headers.get('content-type') ?? ''
    const bytes = new Uint8Array(await body.arrayBuffer())
    const late = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          await meanwhile()
          controller.enqueue(bytes)
          controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    const headers = { authorization: `Bearer ${token}`, 'content-type': type }
    const init = { method, headers, body: late, duplex: 'half' } as const
    const answer = await registry.app.fetch(new Request(`https://${HOST}${path}`, init))
    return ((await answer.json()) as { code: string }).code
  }

  it.each<[line: string, body: () => Promise<string | FormData>]>([
    [
      'PUT /late',
      async () => publishDocumentOf('late', '1.0.0', await npmTarballOf('late', '1.0.0')),
    ],
    ['PUT /there', async () => '{"versions":{"1.0.0":{"deprecated":"x"}}}'],
    ['POST /legacy/', async () => uploadForm('late', '1.0', await sdistOf('late', '1.0'))],
    ['PUT /-/package/there/dist-tags/late', async () => '"1.0.0"'],
    ['POST /-/api/v1/tokens', async () => '{"description":"more","permissions":["read"]}'],
  ])('ends %s', async (line, body) => {
    const token = await registry.token(registry.alice, 'read', 'publish', 'manage')
    const revoke = () => registry.store.tokens.revoke(hashToken(token))
    const before = await registry.blobNames()
    expect(await send(line, token, new Response(await body()), revoke)).toBe('token_revoked')
    expect(await registry.blobNames()).toEqual(before)
    expect(await registry.store.packages.find('npm', 'late')).toBeUndefined()
    expect(await registry.store.packages.find('pypi', 'late')).toBeUndefined()
  })

  it('ends the change of a dist-tag by a publisher', async () => {
    const publisher = await registry.trust(registry.alice, ['npm:there'])
    const grants = [{ publisherId: publisher.id, ecosystem: 'npm', normalised: 'there' }] as const
    const by = { kind: 'publisher', id: publisher.id, name: 'GitHub Actions' } as const
    const { text } = await issueExchangedToken(registry.store, 'npm', grants, by, new Date())
    const remove = () => removePublisher(registry.store, registry.alice, publisher.id)
    const line = 'PUT /-/package/there/dist-tags/late'
    expect(await send(line, text, new Response('"1.0.0"'), remove)).toBe('publisher_removed')
  })
})
