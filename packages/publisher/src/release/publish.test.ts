import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { type TestContext, temporaryFolder, testContext } from '../testing.ts'
import { writeSdist, writeTarball, writeWheel } from '../testing-files.ts'
import { type TestRegistry, testRegistry } from '../testing-registry.ts'
import { type PublishRequest, publish } from './publish.ts'
import type { Report } from './report.ts'

const HOST = 'https://registry.example/'

let registry: TestRegistry
let context: TestContext
let folder: string
beforeEach(() => {
  registry = testRegistry()
  context = testContext(registry.answer)
  folder = temporaryFolder()
})

function release(paths: readonly string[], more: Partial<PublishRequest> = {}): Promise<Report> {
  const options = { npmRegistry: new URL(HOST), pypiRegistry: new URL('legacy/', HOST) }
  return publish(
    {
      paths,
      options,
      provenance: 'never',
      attestations: 'never',
      services: undefined,
      dryRun: false,
      ...more,
    },
    context,
  )
}

const pkg = (name: string, version = '1.0.0', more = {}) =>
  writeTarball(folder, { name, version, ...more })
const outcomes = ({ files }: Report) => files.map(({ outcome }) => outcome)
const to = (part: string) => context.requests.filter(({ url }) => url.includes(part))

describe('a release', () => {
  it('makes every exchange before the first upload', async () => {
    const report = await release([pkg('one'), pkg('two'), writeWheel(folder, 'three', '1')])
    expect(report.ok).toBe(true)
    const steps = context.requests.map(({ method, url }) => `${method} ${new URL(url).pathname}`)
    const firstUpload = steps.findIndex((step) => /^PUT|\/legacy\//.test(step))
    const lastExchange = steps.findLastIndex((step) => /\/oidc\/(?:token|mint)/.test(step))
    expect(lastExchange).toBeLessThan(firstUpload)
    expect(registry.taken).toEqual(['one@1.0.0', 'two@1.0.0', 'three-1-py3-none-any.whl'])
  })

  it('gives every token back, and lets none of them into what it prints', async () => {
    await release([pkg('one'), writeWheel(folder, 'two', '1'), writeSdist(folder, 'two', '1')])
    expect(registry.revoked).toHaveLength(2)
    for (const token of registry.revoked) {
      expect(context.commands).toContain(`::add-mask::${token}`)
      expect(context.lines.join('\n')).not.toContain(token)
    }
  })

  it('is asked for before anything is uploaded, and refused as a whole', async () => {
    registry.override = ({ url }) =>
      url.endsWith('/two') && url.includes('/oidc/')
        ? [404, { message: 'OIDC token exchange error - package not found' }]
        : undefined
    const report = await release([pkg('one'), pkg('two'), pkg('three')])
    expect(outcomes(report)).toEqual(['held back', 'refused', 'held back'])
    expect(registry.taken).toEqual([])
    expect(registry.revoked).toHaveLength(2)
    expect(report.files[1]?.problem).toMatchObject({
      code: 'exchange_refused',
      said: { status: 404 },
      claims: { repository: 'acme/widget', environment: 'release' },
      cause: expect.stringContaining('workflow "release.yml"'),
    })
  })

  it('tells every problem at once', async () => {
    registry.override = ({ url }) => (url.includes('/oidc/token') ? [401, {}] : undefined)
    expect(outcomes(await release([pkg('one'), pkg('two')]))).toEqual(['refused', 'refused'])
  })

  it('stops at the first upload that fails, and the same call finishes it', async () => {
    const paths = [pkg('one'), pkg('two'), pkg('three')]
    registry.override = ({ method, url }) =>
      method === 'PUT' && url.endsWith('/two') ? new Error('socket hang up') : undefined
    expect(outcomes(await release(paths))).toEqual(['published', 'refused', 'held back'])
    registry.override = () => undefined
    expect(outcomes(await release(paths))).toEqual(['already there', 'published', 'published'])
  })

  it('takes an upload for done whose answer was lost', async () => {
    registry.override = (request) => {
      if (request.method !== 'PUT') return undefined
      registry.override = () => undefined
      registry.answer(request)
      return new Error('socket hang up')
    }
    expect(outcomes(await release([pkg('one')]))).toEqual(['published'])
    expect(registry.taken).toEqual(['one@1.0.0'])
    expect(context.requests.filter(({ method }) => method === 'PUT')).toHaveLength(1)
  })

  it('takes an upload for done that is refused because the first attempt arrived late', async () => {
    const puts = () => context.requests.filter(({ method }) => method === 'PUT').length
    let late = false
    registry.override = (request) => {
      if (request.method === 'GET') return puts() === 1 ? [404] : undefined
      if (request.method !== 'PUT' || late) return undefined
      late = true
      registry.answer(request)
      return new Error('socket hang up')
    }
    expect(outcomes(await release([pkg('one')]))).toEqual(['published'])
    expect(puts()).toBe(2)
  })

  it('uploads again after 503 with the same bytes', async () => {
    let failed = false
    registry.override = ({ method }) => {
      if (method !== 'PUT' || failed) return undefined
      failed = true
      return [503]
    }
    expect(outcomes(await release([pkg('one')]))).toEqual(['published'])
    const [first, second] = context.requests.filter(({ method }) => method === 'PUT')
    expect(second?.body).toEqual(first?.body)
  })

  it('asks with a fresh ID token each time', async () => {
    let failed = false
    registry.override = ({ url }) => {
      if (!url.includes('/oidc/token') || failed) return undefined
      failed = true
      return [500]
    }
    await release([pkg('one')])
    const sent = to('/oidc/token').map(({ headers }) => headers.authorization)
    expect(new Set(sent).size).toBe(2)
  })

  it('refuses a version that is there with other contents', async () => {
    await release([pkg('one')])
    const report = await release([pkg('one', '1.0.0', { description: 'other' }), pkg('two')])
    expect(outcomes(report)).toEqual(['refused', 'held back'])
    expect(report.files[0]?.problem?.code).toBe('version_exists')
  })

  it('is held against what the registry shows afterwards', async () => {
    const there = { versions: { '1.0.0': { dist: { integrity: `sha512-${'A'.repeat(86)}==` } } } }
    registry.override = ({ method }) =>
      method === 'GET' && registry.taken.length > 0 ? [200, there] : undefined
    const report = await release([pkg('one')])
    expect(report.ok).toBe(false)
    expect(report.files[0]?.problem?.code).toBe('read_back_differs')
  })

  it('counts as published where the registry shows nothing to its token, which is said', async () => {
    registry.lists = false
    const report = await release([pkg('one')])
    expect([report.ok, ...outcomes(report)]).toEqual([true, 'not seen'])
  })

  it('renews a token that is about to end', async () => {
    registry.lifetime = 60
    await release([pkg('one'), pkg('two')])
    const uploads = context.requests.filter(({ method }) => method === 'PUT')
    expect(to('/oidc/token')).toHaveLength(6)
    expect(uploads.map(({ headers }) => headers.authorization)).not.toContain(
      'Bearer token-number-1',
    )
    expect(registry.revoked).toHaveLength(6)
  })

  it('uploads and signs nothing in a dry run', async () => {
    const dry = { dryRun: true, provenance: 'always', attestations: 'always' } as const
    const report = await release([pkg('one'), writeWheel(folder, 'two', '1')], dry)
    expect(outcomes(report)).toEqual(['would be published', 'would be published'])
    expect(registry.taken).toEqual([])
    expect(new Set(context.requests.map(({ url }) => new URL(url).host))).toEqual(
      new Set(['registry.example']),
    )
  })

  it('can be handed in for approval', async () => {
    registry.override = ({ url }) =>
      url.includes('/-/stage/package/one') ? [201, { stageId: 'the-stage' }] : undefined
    const options = { npmRegistry: new URL(HOST), stage: true }
    const report = await release([pkg('one')], { options })
    expect(outcomes(report)).toEqual(['staged'])
    expect(context.lines.join('\n')).toContain('npm stage approve the-stage')
  })

  it('does not move latest back', async () => {
    await release([pkg('one', '2.0.0')])
    const report = await release([pkg('one', '1.9.0')])
    expect(report.files[0]?.details).toBe('tag release-1.x')
  })

  it('names the run that published', async () => {
    const { run, provider } = await release([pkg('one')])
    expect([provider, run?.repository]).toEqual(['GitHub Actions', 'acme/widget'])
  })
})

describe('a Python release', () => {
  it('has one exchange for all its files, the wheel first', async () => {
    writeSdist(folder, 'acme-widget', '1.0.0')
    writeWheel(folder, 'acme-widget', '1.0.0')
    expect(outcomes(await release([folder]))).toEqual(['published', 'published'])
    expect(registry.taken).toEqual([
      'acme_widget-1.0.0-py3-none-any.whl',
      'acme_widget-1.0.0.tar.gz',
    ])
    expect(to('/_/oidc/mint-token')).toHaveLength(1)
  })

  it('puts the wheel first also where its name sorts last', async () => {
    writeSdist(folder, 'acme-widget', '1.0.0')
    renameSync(join(folder, 'acme_widget-1.0.0.tar.gz'), join(folder, 'acme-widget-1.0.0.tar.gz'))
    writeWheel(folder, 'acme-widget', '1.0.0')
    await release([folder])
    expect(registry.taken[0]).toBe('acme_widget-1.0.0-py3-none-any.whl')
  })

  it('sends its token to the host that made it, and asks the lists of PyPI without', async () => {
    const report = await release([writeWheel(folder, 'widget', '1')], { options: {} })
    expect(outcomes(report)).toEqual(['published'])
    const hosts = (sent: boolean) =>
      context.requests
        .filter(({ headers }) => (headers.authorization !== undefined) === sent)
        .map(({ url }) => new URL(url).host)
    expect(new Set(hosts(true))).toEqual(new Set(['upload.pypi.org']))
    expect(hosts(false)).toContain('pypi.org')
  })

  it('is told why PyPI refuses, though PyPI says it in codes', async () => {
    const errors = [{ code: 'invalid-publisher', description: 'no corresponding publisher' }]
    registry.override = ({ url }) => (url.endsWith('/mint-token') ? [422, { errors }] : undefined)
    const report = await release([writeWheel(folder, 'widget', '1')])
    expect(report.files[0]?.problem).toMatchObject({
      said: { code: 'invalid-publisher', message: 'no corresponding publisher' },
      cause: expect.stringContaining('repository "acme/widget", workflow "release.yml"'),
    })
  })

  it.each([
    [403, 'trusted publishing switched off'],
    [404, 'does not offer trusted publishing'],
  ])('is told what %d for the audience means', async (status, sentence) => {
    registry.override = ({ url }) => (url.endsWith('/audience') ? [status] : undefined)
    const report = await release([writeWheel(folder, 'widget', '1')])
    expect(report.files[0]?.problem?.message).toContain(sentence)
  })

  it('gives no index an ID token with which it could publish to PyPI', async () => {
    registry.override = ({ url }) =>
      url.endsWith('/audience') ? [200, { audience: 'pypi' }] : undefined
    const report = await release([writeWheel(folder, 'widget', '1')])
    expect(report.files[0]?.problem?.code).toBe('audience_refused')
    expect(to('mint-token')).toEqual([])
  })
})

describe('the token of a registry', () => {
  it.each(['', 'one\nMORE=two', 'one two', 'ünicode', 1, 'one\r'])(
    'is refused as %j, before it is written anywhere',
    async (token) => {
      registry.override = ({ url }) =>
        /\/oidc\/(?:token|mint)/.test(url) ? [200, { token }] : undefined
      const report = await release([pkg('one'), writeWheel(folder, 'two', '1')])
      expect(report.files.map(({ problem }) => problem?.code)).toEqual([
        'answer_unusable',
        'answer_unusable',
      ])
      expect(registry.taken).toEqual([])
    },
  )
})

describe('what cannot be released', () => {
  it.each([
    ['an empty folder', 'nothing_to_publish'],
    ['a path that is not there', 'path_unreadable'],
    ['a file of another kind', 'nothing_to_publish'],
    ['the same file twice', 'listed_twice'],
  ])('is %s', async (what, code) => {
    const paths: Record<string, () => string[]> = {
      'an empty folder': () => [folder],
      'a path that is not there': () => [join(folder, 'nowhere')],
      'a file of another kind': () => [new URL(import.meta.url).pathname],
      'the same file twice': () => [pkg('one'), pkg('one', '1.0.0', { description: 'again' })],
    }
    await expect(release(paths[what]?.() ?? [])).rejects.toMatchObject({ code })
    expect(context.requests).toHaveLength(0)
  })
})
