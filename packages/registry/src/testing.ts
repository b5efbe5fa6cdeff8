import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Claims, findProvider, type KeySets, type SimulatedRun } from '@trustpub/identity'
import Libsql from 'libsql'
import { pino } from 'pino'
import { type OpenRegistry, openRegistry } from './app.ts'
import { readConfig } from './config.ts'
import type { Account, StoredPublisher, TokenPermission } from './domain/model.ts'
import { parsePackageReference } from './domain/packages.ts'
import type { Store } from './domain/ports.ts'
import { createPublisher, type PublisherRequest } from './domain/publishers.ts'
import { issueAccountToken } from './domain/tokens.ts'
import type { RegistryConfig } from './registry.ts'
import { UnrecordedBlobs } from './storage/blobs/small.ts'
import { openSqlite } from './storage/databases/sqlite.ts'
import { migrate, storeOn } from './storage/store.ts'

/** The host of registries in tests, and the audience that they ask for. */
export const HOST = 'registry.example'

/** The run that {@link TemporaryRegistry.trust} trusts. */
export const RUN: SimulatedRun = {
  issuer: 'https://token.actions.githubusercontent.com',
  repository: 'acme/widget',
  ref: 'refs/tags/v1.0.0',
  commit: '0123456789abcdef0123456789abcdef01234567',
  event: 'push',
  entry: '.github/workflows/release.yml',
  file: '.github/workflows/release.yml',
}

/** Claims of a GitHub Actions run, some of them changed. */
export function claimsOf(run: Partial<SimulatedRun> = {}, changes: Claims = {}): Claims {
  return { ...findProvider('github').simulate({ ...RUN, ...run }), ...changes }
}

/** A registry on a folder of its own: `root` administers it, `alice` and `bob` are members. */
export interface TemporaryRegistry extends OpenRegistry {
  readonly folder: string
  readonly root: Account
  readonly alice: Account
  readonly bob: Account
  /** A new API token. */
  readonly token: (account: Account, ...permissions: TokenPermission[]) => Promise<string>
  /** Sends a request: `line` is its method and path. */
  readonly request: (line: string, init?: TestRequest) => Promise<Response>
  /** Trusts {@link RUN} with these packages, such as `npm:widget`. */
  readonly trust: (
    account: Account,
    packages: readonly string[],
    change?: Partial<PublisherRequest>,
  ) => Promise<StoredPublisher>
  /** The names of all blobs. */
  readonly blobNames: () => Promise<readonly string[]>
  /** Everything that was logged. */
  readonly logged: () => string
}

export interface TestRequest {
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: NonNullable<RequestInit['body']>
}

/** Opens it; `close` also removes the folder. */
export async function openTemporaryRegistry(
  change: Partial<RegistryConfig> = {},
  options: { readonly keys?: KeySets } = {},
): Promise<TemporaryRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'registry-'))
  const blobs = join(folder, 'blobs')
  const config = {
    ...readConfig({ data: folder }, `https://${HOST}`),
    blobs: pathToFileURL(blobs),
    ...change,
  }
  const lines: string[] = []
  const log = pino({}, { write: (line) => lines.push(line) })
  const registry = await openRegistry(config, { log, ...options })
  const { store, app } = registry

  return {
    ...registry,
    folder,
    root: await store.accounts.create('root', 'admin'),
    alice: await store.accounts.create('alice', 'member'),
    bob: await store.accounts.create('bob', 'member'),
    token: async (account, ...permissions) =>
      (await issueAccountToken(store, account.id, { description: 'test', permissions })).text,
    request: async (line, { token, headers = {}, body } = {}) => {
      const [method = '', path = ''] = line.split(' ')
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
      const init = { method, headers: { ...authorization, ...headers } }
      const url = `https://${HOST}${path}`
      return app.fetch(new Request(url, body === undefined ? init : { ...init, body }))
    },
    trust: async (account, packages, changes = {}) => {
      const { publisher } = await createPublisher({ store, publicIssuers: true }, account, {
        provider: 'github',
        fields: { repository: 'acme/widget', workflow: 'release.yml' },
        permissions: ['publish'],
        ...changes,
        packages: packages.map(parsePackageReference),
      })
      return publisher
    },
    blobNames: async () => {
      const entries = await readdir(blobs, { recursive: true, withFileTypes: true })
      const files = entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
      return [...files, ...smallBlobs(folder)]
    },
    logged: () => lines.join(''),
    close: async () => {
      await registry.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** The keys of the blobs that are rows, read by another connection: what is not committed does not count. */
function smallBlobs(folder: string): string[] {
  const database = new Libsql(join(folder, 'registry.db'))
  const rows = database.prepare('select key from small_blobs').all() as { key: string }[]
  database.close()
  return rows.map((row) => row.key)
}

/** The store alone, on a database of its own. */
export async function openStore(url: URL): Promise<Store> {
  const database = await migrate(openSqlite(fileURLToPath(url)))
  return storeOn(database, new UnrecordedBlobs()).store
}

/** The code of the refusal that the work ends in; undefined if it succeeds. */
export async function codeOfRefusal(work: () => unknown): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code)
    throw error
  }
}
