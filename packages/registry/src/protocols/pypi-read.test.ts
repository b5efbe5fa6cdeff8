import { type DevelopmentIssuer, startDevelopmentIssuer } from '@trustpub/identity/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  basic,
  codeOf,
  openTestRegistry,
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
