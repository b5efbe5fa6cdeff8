import { type DevelopmentIssuer, startDevelopmentIssuer } from '@trustpub/identity/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  AUDIENCE,
  basic,
  codeOf,
  openTestRegistry,
  sdistOf,
  type TestRegistry,
  uploadForm,
  wheelOf,
} from './pypi-testing.ts'

let issuer: DevelopmentIssuer
let registry: TestRegistry

beforeAll(async () => {
  issuer = await startDevelopmentIssuer()
})
afterAll(() => issuer.close())

beforeEach(async () => {
  registry = await openTestRegistry(issuer)
})
afterEach(() => registry.close())

describe('the exchange', () => {
  it('names the audience', async () => {
    const answer = await registry.request('/_/oidc/audience')
    expect(await answer.json()).toEqual({ audience: AUDIENCE })
  })

  it('gives a token that PyPI clients recognise, and creates no package', async () => {
    await registry.publisher('widget')
    const answer = await registry.mint(await registry.idToken())
    const body = (await answer.json()) as Record<string, unknown>
    expect(answer.status).toBe(200)
    expect(body).toMatchObject({ success: true, token: expect.stringMatching(/^pypi-/) })
    expect(Number(body.expires) - Date.now() / 1000).toBeCloseTo(900, -1)
    expect(await registry.store.packages.find('pypi', 'widget')).toBeUndefined()
  })

  it('refuses with 422 and the list that PyPI clients print', async () => {
    const answer = await registry.mint(await registry.idToken())
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({
      message: expect.stringContaining('no trusted publisher'),
      errors: [
        { code: 'repository_mismatch', description: expect.stringContaining('acme/widget') },
      ],
    })
  })

  it('refuses an ID token that was exchanged before', async () => {
    await registry.publisher('widget')
    const idToken = await registry.idToken()
    await registry.mint(idToken)
    const again = await registry.mint(idToken)
    expect(again.status).toBe(422)
    expect(await codeOf(again)).toBe('id_token_reused')
  })

  it.each(['', '[]', '"a"', '{}', '{"token":7}', '{"token":null}', '{'])(
    'refuses the body %s as malformed',
    async (body) => {
      const answer = await registry.request('/_/oidc/mint-token', { method: 'POST', body })
      expect(answer.status).toBe(422)
      expect(await codeOf(answer)).toBe('body_malformed')
    },
  )

  it('is undone by burning the token, which no other kind of token is subject to', async () => {
    await registry.publisher('widget')
    const [exchanged, ofAccount] = [await registry.minted(), await registry.token()]
    for (const token of [exchanged, ofAccount, 'pypi-unknown']) {
      const body = JSON.stringify({ token })
      expect((await registry.request('/_/oidc/burn-token', { method: 'POST', body })).status).toBe(
        202,
      )
    }
    const form = uploadForm('widget', '1.0', wheelOf('widget', '1.0'))
    expect(await codeOf(await registry.upload(form, exchanged))).toBe('token_revoked')
    expect((await registry.upload(form, ofAccount)).status).toBe(200)
  })

  it('keeps 503 when the keys of the issuer cannot be had, so that nobody looks for a mistake', async () => {
    const url = 'http://127.0.0.1:9'
    await registry.store.issuers.create({ url, provider: 'github', allowPrivateNetwork: true })
    const answer = await registry.mint(await registry.idToken({ iss: url }))
    expect(answer.status).toBe(503)
    expect(await codeOf(answer)).toBe('issuer_unavailable')
  })
})

describe('the upload', () => {
  it('creates the package of a pending publisher, then adds files to the release', async () => {
    await registry.publisher('widget')
    const token = await registry.minted()
    const [wheel, sdist] = [wheelOf('Widget', '1.0'), await sdistOf('Widget', '1.0')]
    expect((await registry.upload(uploadForm('Widget', '1.0', wheel), token)).status).toBe(200)
    expect((await registry.upload(uploadForm('widget', '1.0.0', sdist), token)).status).toBe(200)

    const pkg = await registry.store.packages.find('pypi', 'widget')
    const releases = await registry.store.packages.releases(pkg?.id ?? '')
    expect(pkg?.name).toBe('Widget')
    expect(releases).toHaveLength(1)
    expect(releases[0]?.publishedBy.run?.repository).toBe('acme/widget')
    expect(releases[0]?.files.map((file) => file.filename)).toEqual([
      'widget-1.0-py3-none-any.whl',
      'widget-1.0.tar.gz',
    ])
    expect(await registry.blobNames()).toHaveLength(3)
  })

  it('takes the same bytes again, and no others under the same file name', async () => {
    await registry.publisher('widget')
    const token = await registry.minted()
    const wheel = wheelOf('widget', '1.0')
    await registry.upload(uploadForm('widget', '1.0', wheel), token)
    const blobs = await registry.blobNames()

    expect((await registry.upload(uploadForm('widget', '1.0', wheel), token)).status).toBe(200)
    const other = wheelOf('widget', '1.0', ['Summary: changed'])
    const refused = await registry.upload(uploadForm('widget', '1.0', other), token)
    expect(refused.status).toBe(409)
    expect(await codeOf(refused)).toBe('file_exists')
    expect(await registry.blobNames()).toEqual(blobs)
  })

  it('refuses a project that the token is not for, and names it', async () => {
    await registry.publisher('widget')
    const form = uploadForm('gadget', '1.0', wheelOf('gadget', '1.0'))
    const refused = await registry.upload(form, await registry.minted())
    expect(refused.status).toBe(403)
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(await refused.json()).toMatchObject({
      title: 'token_scope',
      detail: expect.stringContaining('not gadget'),
    })
    expect(await registry.blobNames()).toEqual([])
  })

  it('refuses a token whose publisher was removed after the exchange', async () => {
    const publisher = await registry.publisher('widget')
    const token = await registry.minted()
    await registry.store.publishers.remove(publisher.id)
    const form = uploadForm('widget', '1.0', wheelOf('widget', '1.0'))
    const refused = await registry.upload(form, token)
    expect(refused.status).toBe(403)
    expect(await codeOf(refused)).toBe('publisher_removed')
    expect(await registry.blobNames()).toEqual([])
  })

  it('reads no byte of an anonymous request, nor of one whose token may not publish', async () => {
    const unread = (headers: Record<string, string>) => {
      const body = new ReadableStream(
        {
          pull: () => {
            throw new Error('was read')
          },
        },
        { highWaterMark: 0 },
      )
      const type = 'multipart/form-data; boundary=x'
      return registry.request('/legacy/', {
        method: 'POST',
        body,
        duplex: 'half',
        headers: { 'content-type': type, ...headers },
      } as RequestInit)
    }
    expect((await unread({})).status).toBe(401)
    expect((await unread(basic(await registry.token(['read'])))).status).toBe(403)
  })

  it.each<[string, number, string, Record<string, string | undefined>]>([
    ['another action', 400, 'body_malformed', { ':action': 'submit' }],
    ['another protocol version', 400, 'body_malformed', { protocol_version: '2' }],
    ['no name', 400, 'body_malformed', { name: undefined }],
    ['an empty version', 400, 'body_malformed', { version: '' }],
    ['a name that is not in the file', 400, 'form_mismatch', { name: 'gadget' }],
    ['a version that is not in the file', 400, 'form_mismatch', { version: '2.0' }],
    ['a version that is none', 400, 'version_invalid', { version: 'one' }],
    ['another digest', 400, 'digest_mismatch', { sha256_digest: '0'.repeat(64) }],
  ])('refuses a form with %s and keeps nothing', async (_, status, code, fields) => {
    const form = uploadForm('widget', '1.0', wheelOf('widget', '1.0'), fields)
    const refused = await registry.upload(form, await registry.token())
    expect([refused.status, await codeOf(refused)]).toEqual([status, code])
    expect(await registry.blobNames()).toEqual([])
  })

  it.each([
    ['an egg', 'widget-1.0-py3.11.egg'],
    ['a path', '../widget-1.0.tar.gz'],
    ['a wheel that is no zip archive', 'widget-1.0-py3-none-any.whl'],
    ['an sdist that is no gzip', 'widget-1.0.tar.gz'],
  ])('refuses %s and keeps nothing', async (_, filename) => {
    const form = uploadForm('widget', '1.0', { filename, bytes: Buffer.from('not an archive') })
    const refused = await registry.upload(form, await registry.token())
    expect([refused.status, await codeOf(refused)]).toEqual([400, 'distribution_invalid'])
    expect(await registry.blobNames()).toEqual([])
  })

  it('refuses a wheel of another project under a borrowed file name', async () => {
    const wheel = { ...wheelOf('gadget', '1.0'), filename: 'widget-1.0-py3-none-any.whl' }
    const refused = await registry.upload(
      uploadForm('widget', '1.0', wheel),
      await registry.token(),
    )
    expect(refused.status).toBe(400)
    expect(await registry.blobNames()).toEqual([])
  })

  it('refuses a file above the limit with 413 and keeps nothing', async () => {
    const small = await openTestRegistry(issuer, { maxFileSize: 100 })
    const form = uploadForm('widget', '1.0', wheelOf('widget', '1.0'))
    const refused = await small.upload(form, await small.token())
    expect(refused.status).toBe(413)
    expect(await small.blobNames()).toEqual([])
    await small.close()
  })
})
