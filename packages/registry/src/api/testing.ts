import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { type OpenRegistry, openRegistry } from '../app.ts'
import { readConfig } from '../config.ts'
import type { Account, Package, PackageName, TokenPermission } from '../domain/model.ts'
import { parsePackageReference } from '../domain/packages.ts'
import { type PublishOutcome, publish } from '../domain/publish.ts'
import { type Actor, issueAccountToken } from '../domain/tokens.ts'
import { OPERATIONS } from './operations/index.ts'

const HOST = 'https://registry.example'

/** What came back: the body is checked against the operation's schema before a test sees it. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>> & {
    readonly code?: unknown
    readonly message?: unknown
  }
}

/** A registry on a folder of its own: `root` administers it, `alice` and `bob` are members. */
export interface ApiRegistry extends OpenRegistry {
  readonly root: Account
  readonly alice: Account
  readonly bob: Account
  readonly token: (account: Account, ...permissions: TokenPermission[]) => Promise<string>
  /** Asks the API as an account with every permission, with an API token, or anonymously. */
  readonly call: (
    who: Account | string | undefined,
    line: string,
    body?: unknown,
  ) => Promise<Answer>
  /** A package of alice's with release 1.0.0. */
  readonly publishAs: (actor: Actor, reference: string) => Promise<PublishOutcome>
  readonly packageOf: (account: Account, reference: string) => Promise<Package>
}

/** Opens it; `close` also removes the folder. */
export async function openApiRegistry(): Promise<ApiRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'registry-'))
  const registry = await openRegistry(readConfig({ data: folder }, HOST))
  const { store, app, config } = registry
  const [root, alice, bob] = [
    await store.accounts.create('root', 'admin'),
    await store.accounts.create('alice', 'member'),
    await store.accounts.create('bob', 'member'),
  ]

  const token = async (account: Account, ...permissions: TokenPermission[]) =>
    (await issueAccountToken(store, account.id, { description: 'test', permissions })).text

  const publishAs = (actor: Actor, reference: string) =>
    publish(store, actor, uploadOf(parsePackageReference(reference)), config.policy)

  return {
    ...registry,
    root,
    alice,
    bob,
    token,
    publishAs,
    call: async (who, line, body) => {
      const text = typeof who === 'object' ? await token(who, 'read', 'publish', 'manage') : who
      const [method = '', path = ''] = line.split(' ')
      const init = {
        method,
        headers: text === undefined ? {} : { authorization: `Bearer ${text}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }
      return check(line, await app.fetch(new Request(`${HOST}/-/api/v1${path}`, init)))
    },
    packageOf: async (account, reference) => {
      await publishAs({ kind: 'account', account, permissions: ['publish'] }, reference)
      const { ecosystem, normalised } = parsePackageReference(reference)
      const pkg = await store.packages.find(ecosystem, normalised)
      if (pkg === undefined) throw new Error(`${reference} was not published`)
      return pkg
    },
    close: async () => {
      await registry.close()
      await rm(folder, { recursive: true })
    },
  }
}

function uploadOf(name: PackageName): Parameters<typeof publish>[2] {
  return {
    name,
    version: '1.0.0',
    manifest: { name: name.name, version: '1.0.0' },
    file: {
      filename: `${name.normalised.replace(/.*\//, '')}-1.0.0.tgz`,
      kind: 'tarball',
      size: 1,
      digests: { sha512: 'ab', sha256: 'ab' },
      blob: name.normalised,
    },
    tags: { latest: '1.0.0' },
    identity: 'sha512',
    filesPerRelease: 'one',
  }
}

/** Answers must be what the OpenAPI document says. */
async function check(line: string, response: Response): Promise<Answer> {
  const { status, headers } = response
  const text = await response.text()
  const body = (text === '' ? {} : JSON.parse(text)) as Answer['body']
  if (status >= 400) return { status, headers, body }
  const [method = '', path = ''] = line.split(/[ ?]/)
  const operation = OPERATIONS.find(
    (each) =>
      each.method === method.toLowerCase() &&
      new RegExp(`^${each.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  )
  if (operation?.status !== status) throw new Error(`${line} answered ${status}`)
  if (operation.answer !== undefined) v.parse(operation.answer, body)
  return { status, headers, body }
}
