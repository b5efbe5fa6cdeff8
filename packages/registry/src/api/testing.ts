import * as v from 'valibot'
import type { Account, Package, PackageName } from '../domain/model.ts'
import { parsePackageReference } from '../domain/packages.ts'
import { type PublishOutcome, publish } from '../domain/publish.ts'
import type { Actor } from '../domain/tokens.ts'
import { openTemporaryRegistry, type TemporaryRegistry } from '../testing.ts'
import { OPERATIONS } from './operations/index.ts'

/** What came back: the body is checked against the operation's schema before a test sees it. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>> & {
    readonly code?: unknown
    readonly message?: unknown
  }
}

/** A registry whose API can be asked. */
export interface ApiRegistry extends TemporaryRegistry {
  /** Asks the API as an account with every permission, with an API token, or anonymously. */
  readonly call: (
    who: Account | string | undefined,
    line: string,
    body?: unknown,
  ) => Promise<Answer>
  /** Publishes release 1.0.0 of a package. */
  readonly publishAs: (actor: Actor, reference: string) => Promise<PublishOutcome>
  readonly packageOf: (account: Account, reference: string) => Promise<Package>
}

/** Opens it; `close` also removes the folder. */
export async function openApiRegistry(): Promise<ApiRegistry> {
  const registry = await openTemporaryRegistry()
  const { store, config, token, request } = registry

  const publishAs = (actor: Actor, reference: string) =>
    publish(store, actor, uploadOf(parsePackageReference(reference)), config.policy)

  return {
    ...registry,
    publishAs,
    call: async (who, line, body) => {
      const text = typeof who === 'object' ? await token(who, 'read', 'publish', 'manage') : who
      const init = {
        ...(text === undefined ? {} : { token: text }),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }
      return check(line, await request(line.replace(' ', ' /-/api/v1'), init))
    },
    packageOf: async (account, reference) => {
      await publishAs({ kind: 'account', account, permissions: ['publish'] }, reference)
      const { ecosystem, normalised } = parsePackageReference(reference)
      const pkg = await store.packages.find(ecosystem, normalised)
      if (pkg === undefined) throw new Error(`${reference} was not published`)
      return pkg
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
