import { type DevelopmentIssuer, startDevelopmentIssuer } from '@trustpub/identity/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  AUDIENCE,
  basic,
  openTestRegistry,
  sdistOf,
  type TestRegistry,
  uploadForm,
  wheelOf,
} from './pypi-testing.ts'

const JSON_FORM = { accept: 'application/vnd.pypi.simple.v1+json' }

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

async function codeOf(answer: Response): Promise<string | undefined> {
  return ((await answer.json()) as { errors: { code: string }[] }).errors[0]?.code
}

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
      errors: [{ code: 'no_publisher', description: expect.stringContaining('acme/widget') }],
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
    expect(await registry.blobFiles()).toHaveLength(3)
  })

  it('takes the same bytes again, and no others under the same file name', async () => {
    await registry.publisher('widget')
    const token = await registry.minted()
    const wheel = wheelOf('widget', '1.0')
    await registry.upload(uploadForm('widget', '1.0', wheel), token)
    const blobs = await registry.blobFiles()

    expect((await registry.upload(uploadForm('widget', '1.0', wheel), token)).status).toBe(200)
    const other = wheelOf('widget', '1.0', ['Summary: changed'])
    const refused = await registry.upload(uploadForm('widget', '1.0', other), token)
    expect(refused.status).toBe(409)
    expect(await codeOf(refused)).toBe('file_exists')
    expect(await registry.blobFiles()).toEqual(blobs)
  })

  it('refuses a project that the token is not for, and names it', async () => {
    await registry.publisher('widget')
    const form = uploadForm('gadget', '1.0', wheelOf('gadget', '1.0'))
    const refused = await registry.upload(form, await registry.minted())
    expect(refused.status).toBe(403)
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(await refused.json()).toMatchObject({
      title: 'token_scope',
      detail: expect.stringContaining('cannot publish gadget'),
    })
    expect(await registry.blobFiles()).toEqual([])
  })

  it('refuses a token whose publisher was removed after the exchange', async () => {
    const publisher = await registry.publisher('widget')
    const token = await registry.minted()
    await registry.store.publishers.remove(publisher.id)
    const form = uploadForm('widget', '1.0', wheelOf('widget', '1.0'))
    const refused = await registry.upload(form, token)
    expect(refused.status).toBe(403)
    expect(await codeOf(refused)).toBe('publisher_removed')
    expect(await registry.blobFiles()).toEqual([])
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
    expect(await registry.blobFiles()).toEqual([])
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
    expect(await registry.blobFiles()).toEqual([])
  })

  it('refuses a wheel of another project under a borrowed file name', async () => {
    const wheel = { ...wheelOf('gadget', '1.0'), filename: 'widget-1.0-py3-none-any.whl' }
    const refused = await registry.upload(
      uploadForm('widget', '1.0', wheel),
      await registry.token(),
    )
    expect(refused.status).toBe(400)
    expect(await registry.blobFiles()).toEqual([])
  })

  it('refuses a file above the limit with 413 and keeps nothing', async () => {
    const small = await openTestRegistry(issuer, { maxFileSize: 100 })
    const form = uploadForm('widget', '1.0', wheelOf('widget', '1.0'))
    const refused = await small.upload(form, await small.token())
    expect(refused.status).toBe(413)
    expect(await small.blobFiles()).toEqual([])
    await small.close()
  })

  it('accepts attestations behind the file and leaves them out', async () => {
    const form = uploadForm('widget', '1.0', wheelOf('widget', '1.0'))
    form.append('attestations', '[{"version":1}]')
    expect((await registry.upload(form, await registry.token())).status).toBe(200)
  })
})

describe('reading', () => {
  const lines = ['Requires-Python: >=3.9', 'Summary: <b>bold</b>']

  async function published(visibility: 'public' | 'restricted' = 'public'): Promise<string> {
    const token = await registry.token()
    await registry.upload(uploadForm('My.Widget', '1.0', wheelOf('My.Widget', '1.0', lines)), token)
    const pkg = await registry.store.packages.find('pypi', 'my-widget')
    await registry.store.packages.setVisibility(pkg?.id ?? '', visibility)
    return token
  }

  it('answers JSON whose relative links lead to the file and its metadata', async () => {
    await published()
    const answer = await registry.request('/simple/my-widget/', { headers: JSON_FORM })
    const page = (await answer.json()) as { versions: string[]; files: { url: string }[] }
    expect(answer.headers.get('content-type')).toBe(JSON_FORM.accept)
    expect(answer.headers.get('vary')?.toLowerCase()).toContain('accept')
    expect(page).toMatchObject({
      name: 'my-widget',
      versions: ['1.0'],
      files: [{ 'requires-python': '>=3.9', yanked: false }],
    })

    const url = new URL(page.files[0]?.url ?? '', 'https://x/simple/my-widget/').pathname
    const file = await registry.request(url)
    expect(file.headers.get('accept-ranges')).toBe('bytes')
    expect(Buffer.from(await file.arrayBuffer())).toEqual(wheelOf('My.Widget', '1.0', lines).bytes)
    const metadata = await registry.request(`${url}.metadata`)
    expect(await metadata.text()).toContain('Name: My.Widget')
  })

  it('answers HTML by default, and 304 to who has the page', async () => {
    await published()
    const answer = await registry.request('/simple/my-widget/')
    expect(answer.headers.get('content-type')).toContain('text/html')
    expect(await answer.text()).toContain('data-requires-python="&gt;=3.9"')
    const etag = answer.headers.get('etag') ?? ''
    const again = await registry.request('/simple/my-widget/', {
      headers: { 'if-none-match': etag },
    })
    expect(again.status).toBe(304)
  })

  it('shows a new file at once', async () => {
    const token = await published()
    await registry.request('/simple/my-widget/', { headers: JSON_FORM })
    await registry.upload(uploadForm('My.Widget', '1.1', wheelOf('My.Widget', '1.1')), token)
    const page = await registry.request('/simple/my-widget/', { headers: JSON_FORM })
    expect(await page.json()).toMatchObject({ versions: ['1.0', '1.1'] })
  })

  it('follows ?format= before Accept, and answers 406 where nothing fits', async () => {
    await published()
    const type = (await registry.request(`/simple/?format=${JSON_FORM.accept}`)).headers.get(
      'content-type',
    )
    expect(type).toBe(JSON_FORM.accept)
    const refused = await registry.request('/simple/', { headers: { accept: 'image/png' } })
    expect([refused.status, await codeOf(refused)]).toEqual([406, 'not_acceptable'])
  })

  it.each([
    ['/simple', '/simple/'],
    ['/simple/my-widget', '/simple/my-widget/'],
    ['/simple/My.Widget/', '/simple/my-widget/'],
    ['/simple/My_Widget/?format=text/html', '/simple/my-widget/?format=text/html'],
  ])('sends %s to %s', async (from, to) => {
    const answer = await registry.request(from)
    const location = new URL(answer.headers.get('location') ?? '', `https://x${from}`)
    expect([answer.status, location.pathname + location.search]).toEqual([301, to])
  })

  it('hides restricted packages from whoever has no token for them', async () => {
    const token = await published('restricted')
    const paths = [
      '/simple/my-widget/',
      '/files/pypi/my-widget/my_widget-1.0-py3-none-any.whl',
      '/files/pypi/my-widget/my_widget-1.0-py3-none-any.whl.metadata',
      '/pypi/my-widget/json',
    ]
    for (const path of paths) {
      expect((await registry.request(path)).status).toBe(404)
      expect((await registry.request(path, { headers: basic(token) })).status).toBe(200)
    }
    expect(await (await registry.request('/simple/')).text()).not.toContain('my-widget')
    const listed = await registry.request('/simple/', { headers: basic(token) })
    expect(await listed.text()).toContain('my-widget/')
  })

  it('sends parts of a file and says which', async () => {
    await published()
    const path = '/files/pypi/my-widget/my_widget-1.0-py3-none-any.whl'
    const { bytes } = wheelOf('My.Widget', '1.0', lines)
    const part = await registry.request(path, { headers: { range: 'bytes=-22' } })
    expect(part.status).toBe(206)
    expect(part.headers.get('content-range')).toBe(
      `bytes ${bytes.length - 22}-${bytes.length - 1}/${bytes.length}`,
    )
    expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(-22))
    const beyond = await registry.request(path, { headers: { range: `bytes=${bytes.length}-` } })
    expect(beyond.status).toBe(416)
    const head = await registry.request(path, { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe(String(bytes.length))
  })

  it('says that a project, file or version is not here', async () => {
    await published()
    for (const path of [
      '/simple/gadget/',
      '/simple/-/',
      '/files/pypi/my-widget/my_widget-2.0.tar.gz',
      '/files/pypi/my-widget/my_widget-1.0.tar.gz.metadata',
      '/pypi/my-widget/2.0/json',
    ]) {
      expect((await registry.request(path)).status).toBe(404)
    }
  })

  it('sends readers upstream for what does not exist here, never for what is hidden here', async () => {
    const upstream = new URL('https://pypi.org/simple/')
    const proxy = await openTestRegistry(issuer, { upstreams: { pypi: upstream } })
    await proxy.upload(uploadForm('widget', '1.0', wheelOf('widget', '1.0')), await proxy.token())
    const elsewhere = await proxy.request('/simple/gadget/')
    expect(elsewhere.headers.get('location')).toBe('https://pypi.org/simple/gadget/')
    expect((await proxy.request('/simple/widget/')).status).toBe(404)
    await proxy.close()
  })

  it('answers the JSON API with the latest release', async () => {
    const token = await published()
    await registry.upload(uploadForm('My.Widget', '2.0rc1', wheelOf('My.Widget', '2.0rc1')), token)
    const answer = await registry.request('/pypi/My_Widget/json')
    const body = (await answer.json()) as { releases: Record<string, unknown> }
    expect(body).toMatchObject({
      info: { name: 'My.Widget', version: '1.0', summary: '<b>bold</b>', yanked: false },
      urls: [{ packagetype: 'bdist_wheel', digests: { sha256: expect.any(String) } }],
    })
    expect(Object.keys(body.releases)).toEqual(['1.0', '2.0rc1'])
    const one = await registry.request('/pypi/my-widget/2.0-RC1/json')
    expect(await one.json()).toMatchObject({ info: { version: '2.0rc1' } })
  })
})
