import type { Fields, SimulatedRun } from '@trustpub/identity'
import { type DevelopmentIssuer, startDevelopmentIssuer } from '@trustpub/identity/testing'
import { afterAll } from 'vitest'
import type { Answer, Json } from './http.ts'
import { SETUP_TOKEN, type Server, type ServerOptions, startServer } from './server.ts'

/** A running server that is set up: an administrator, issuers for both kinds of CI, a token that may read. */
export interface TestRegistry {
  readonly server: Server
  /** Address of the npm registry, with the slash that clients write. */
  readonly url: string
  readonly admin: string
  readonly reader: string
  readonly github: DevelopmentIssuer
  readonly gitlab: DevelopmentIssuer
  readonly api: (method: string, path: string, body?: unknown) => Promise<Answer>
  /** Adds a trusted publisher for the packages of {@link run}, or of the run with other facts. */
  readonly trust: (packages: readonly string[], publisher?: TrustOptions) => Promise<Json>
  /** Whether the package exists, asked with a token that may read all. */
  readonly exists: (name: string) => Promise<boolean>
  readonly tags: (name: string) => Promise<Json>
}

export interface TrustOptions {
  readonly provider?: 'github' | 'gitlab'
  readonly fields?: Fields
}

/** The fields of a publisher that trusts {@link runOf} of the same CI. */
export const FIELDS: Readonly<Record<'github' | 'gitlab', Fields>> = {
  github: { repository: 'acme/widget', workflow: 'release.yml', environment: 'release' },
  gitlab: { repository: 'acme/widget', workflow: '.gitlab-ci.yml', environment: 'release' },
}

/** A run that the publisher of {@link FIELDS} trusts, with other facts where some are given. */
export function runOf(
  registry: TestRegistry,
  provider: 'github' | 'gitlab' = 'github',
  facts: Partial<SimulatedRun> = {},
): SimulatedRun {
  const file = provider === 'github' ? '.github/workflows/release.yml' : '.gitlab-ci.yml'
  return {
    issuer: registry[provider].url,
    repository: 'acme/widget',
    ref: 'refs/tags/v1.0.0',
    commit: '3d3c42e5aac5ba805825da76410c181273ba90b1',
    event: 'push',
    entry: file,
    file,
    environment: 'release',
    ...facts,
  }
}

const issuers: DevelopmentIssuer[] = []

afterAll(async () => {
  await Promise.all(issuers.splice(0).map((issuer) => issuer.close()))
})

/** Starts a server and sets it up. Everything is stopped with the tests of the file. */
export async function openTestRegistry(options: ServerOptions = {}): Promise<TestRegistry> {
  const server = await startServer(options)
  const [github, gitlab] = await Promise.all([startDevelopmentIssuer(), startDevelopmentIssuer()])
  issuers.push(github, gitlab)
  const admin = await setUp(server)
  const api = (method: string, path: string, body?: unknown) =>
    callApi(server, admin, method, path, body)
  for (const [provider, { url }] of Object.entries({ github, gitlab })) {
    await expectStatus(201, api('POST', '/issuers', { url, provider, allowPrivateNetwork: true }))
  }
  const reader = await createToken({ api }, ['read'])
  return {
    server,
    url: `${server.url}/`,
    admin,
    reader,
    github,
    gitlab,
    api,
    trust: async (packages, { provider = 'github', fields = FIELDS[provider] } = {}) => {
      const issuer = provider === 'github' ? github.url : gitlab.url
      const body = { provider, issuer, fields, packages, permissions: ['publish'] }
      return (await expectStatus(201, api('POST', '/publishers', body))).json()
    },
    exists: async (name) => (await packument(server, name, reader)).status === 200,
    tags: async (name) => (await packument(server, name, reader)).json()['dist-tags'] as Json,
  }
}

/** Makes the first administrator and returns its token. */
export async function setUp(server: Server, token: string = SETUP_TOKEN): Promise<string> {
  const answer = callApi(server, token, 'POST', '/set-up', { account: 'admin' })
  return String((await expectStatus(201, answer)).json().token)
}

/** An API token of the administrator with these permissions. */
export async function createToken(
  { api }: Pick<TestRegistry, 'api'>,
  permissions: readonly string[],
): Promise<string> {
  const answer = api('POST', '/tokens', { description: 'for a test', permissions })
  return String((await expectStatus(201, answer)).json().token)
}

export function callApi(
  server: Server,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  const text = body === undefined ? undefined : JSON.stringify(body)
  return server.send(`/-/api/v1${path}`, { method, token, headers, body: text })
}

export function packument(server: Server, name: string, token: string): Promise<Answer> {
  return server.send(`/${name.replace('/', '%2f')}`, { token })
}

async function expectStatus(status: number, answer: Promise<Answer>): Promise<Answer> {
  const given = await answer
  if (given.status !== status)
    throw new Error(`${given.status} instead of ${status}: ${given.text}`)
  return given
}
