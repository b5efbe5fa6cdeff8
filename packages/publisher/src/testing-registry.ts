import { createHash } from 'node:crypto'
import type { Reply, Seen } from './testing.ts'

/** A registry of both kinds that answers as npmjs.com and PyPI do; members change what it does. */
export interface TestRegistry {
  readonly answer: (request: Seen) => Reply
  /** What was taken: `name@version`, or the file name. */
  readonly taken: string[]
  readonly revoked: string[]
  /** Answers instead of the registry, as long as it has one. */
  override: (request: Seen) => Reply | undefined
  /** Seconds that its tokens live. */
  lifetime: number
  /** Whether it lists what it took. */
  lists: boolean
}

/** Documents in which the tests only look at what they know to be there. */
interface PublishDocument {
  readonly versions: Readonly<Record<string, object>>
  readonly 'dist-tags': object
}

export function testRegistry(): TestRegistry {
  const packages = new Map<string, { versions: object; 'dist-tags': object }>()
  const files = new Map<string, string>()
  let minted = 0
  const token = () => `token-number-${++minted}`
  const expires = () => Date.now() + registry.lifetime * 1000

  const exchange = (): Reply => [
    201,
    { token: token(), expires: new Date(expires()).toISOString() },
  ]
  const put = (name: string, body: Buffer): Reply => {
    const { versions, 'dist-tags': tags } = JSON.parse(String(body)) as PublishDocument
    const known = packages.get(name)
    const [version = ''] = Object.keys(versions)
    if (known !== undefined && version in known.versions)
      return [403, { error: 'You cannot publish over the previously published versions' }]
    packages.set(name, {
      versions: { ...known?.versions, ...versions },
      'dist-tags': { ...known?.['dist-tags'], ...tags },
    })
    registry.taken.push(`${name}@${version}`)
    return [201, { ok: true }]
  }
  const upload = (body: Buffer): Reply => {
    const text = body.toString('latin1')
    const filename = /filename="([^"]+)"/.exec(text)?.[1] ?? ''
    const start = text.indexOf('octet-stream\r\n\r\n') + 'octet-stream\r\n\r\n'.length
    const content = body.subarray(start, text.indexOf('\r\n--trustpub-', start))
    files.set(filename, createHash('sha256').update(content).digest('hex'))
    registry.taken.push(filename)
    return [200]
  }
  const list = (): Reply => [
    200,
    { files: [...files].map(([filename, sha256]) => ({ filename, hashes: { sha256 } })) },
  ]

  const registry: TestRegistry = {
    taken: [],
    revoked: [],
    lifetime: 900,
    lists: true,
    override: () => undefined,
    answer: (request) => {
      const instead = registry.override(request)
      if (instead !== undefined) return instead
      const { pathname } = new URL(request.url)
      const name = decodeURIComponent(pathname.slice(1))
      if (pathname.startsWith('/-/npm/v1/oidc/')) return exchange()
      if (pathname === '/_/oidc/audience') return [200, { audience: 'registry.example' }]
      if (pathname === '/_/oidc/mint-token')
        return [200, { success: true, token: token(), expires: expires() / 1000 }]
      if (pathname === '/_/oidc/burn-token') {
        registry.revoked.push((JSON.parse(String(request.body)) as { token: string }).token)
        return [202]
      }
      if (pathname === '/legacy/') return upload(request.body)
      if (pathname.startsWith('/simple/')) return registry.lists ? list() : [404]
      if (request.method === 'PUT') return put(name, request.body)
      const found = packages.get(name)
      return found === undefined || !registry.lists ? [404] : [200, found]
    },
  }
  return registry
}
