import { isDeepStrictEqual } from 'node:util'
import { type Claims, type Fields, findProvider, type Provider } from '@trustpub/identity'
import { requireAccount } from '../domain/access.ts'
import type { PublisherLink, PublisherPermission } from '../domain/model.ts'
import { createPublisher, listPublishers, removePublisher } from '../domain/publishers.ts'
import { refuse } from '../errors.ts'
import type { App } from '../http/app-types.ts'
import { readJson } from '../http/body.ts'
import type { Registry } from '../registry.ts'
import { npmName } from './npm-name.ts'

/** npm's words for what a publisher may do (`npm trust --allow-publish`, `--allow-stage-publish`). */
const PERMISSIONS: Readonly<Record<string, PublisherPermission>> = {
  createPackage: 'publish',
  createStagedPackage: 'stage',
}

/** A trusted publisher as `npm trust` sends and shows it. */
interface TrustConfiguration {
  readonly id: string
  readonly type: string
  readonly claims: Claims
  readonly permissions: readonly string[]
}

/** Adds the routes of `npm trust github|gitlab|list|revoke` (npm >= 11.10). Whoever sent the request is known by then. */
export function mountNpmTrust(app: App, { store, config }: Registry): void {
  const { publicIssuers } = config

  app.post('/-/package/:name/trust', async (c) => {
    const account = requireAccount(c.get('actor'), 'manage')
    const name = npmName(c.req.param('name'))
    const wanted = parseConfiguration(await readJson(c))
    const request = { ...wanted, packages: [name] }
    const { publisher, links } = await createPublisher({ store, publicIssuers }, account, request)
    const link = links.find((each) => each.package.normalised === name.normalised)
    if (link?.pending === true) {
      c.header(
        'npm-notice',
        `${name.name} does not exist yet. It comes into being, owned by ${account.name}, when this publisher first publishes it.`,
      )
    }
    return c.json([toConfiguration({ publisher })], 201)
  })

  app.get('/-/package/:name/trust', async (c) => {
    const account = requireAccount(c.get('actor'), 'manage')
    const links = await listPublishers(store, account, npmName(c.req.param('name')))
    return c.json(links.map(toConfiguration))
  })

  app.delete('/-/package/:name/trust/:id', async (c) => {
    const account = requireAccount(c.get('actor'), 'manage')
    await removePublisher(store, account, c.req.param('id'), npmName(c.req.param('name')))
    return c.body(null, 204)
  })
}

function toConfiguration({ publisher }: Pick<PublisherLink, 'publisher'>): TrustConfiguration {
  const { id, provider, fields, permissions } = publisher
  return {
    id,
    type: provider,
    claims: findProvider(provider).npmTrust.toClaims(fields),
    permissions: Object.keys(PERMISSIONS).filter((word) =>
      permissions.some((permission) => permission === PERMISSIONS[word]),
    ),
  }
}

/** @throws Refusal `trust_invalid` or `provider_unknown` */
function parseConfiguration(body: unknown): {
  readonly provider: string
  readonly fields: Fields
  readonly permissions: readonly PublisherPermission[]
} {
  if (!Array.isArray(body) || body.length !== 1 || !isObject(body[0])) {
    throw invalid('it must be a list with one object, as npm trust sends it')
  }
  const { type, claims, permissions, ...rest } = body[0]
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw invalid(`"${unknown}" is not known here`)
  if (typeof type !== 'string') throw invalid('"type" must name a CI provider')
  if (!isObject(claims)) throw invalid('"claims" must be an object')
  const provider = findProvider(type)
  return {
    provider: provider.id,
    fields: parseClaims(provider, claims),
    permissions: parsePermissions(permissions),
  }
}

/** A claim that is not understood may be a restriction: dropping it would trust more runs than its author meant to. */
function parseClaims(provider: Provider, claims: Claims): Fields {
  const { fromClaims, toClaims } = provider.npmTrust
  const fields = fromClaims(claims)
  const understood = toClaims(fields)
  for (const [claim, value] of Object.entries(claims)) {
    if (value === null || value === '' || isDeepStrictEqual(value, understood[claim])) continue
    const known = Object.keys(toClaims(provider.example.fields)).join(', ')
    throw invalid(
      `the claim "${claim}" of type "${provider.id}" is not understood; this registry knows ${known}. The API takes everything that a publisher can ask for`,
    )
  }
  return fields
}

function parsePermissions(value: unknown): readonly PublisherPermission[] {
  const words: unknown[] = Array.isArray(value) ? value : []
  const known = Object.keys(PERMISSIONS)
  const chosen = known.filter((word) => words.includes(word))
  if (chosen.length === 0 || chosen.length !== words.length) {
    throw invalid(`"permissions" must list some of: ${known.join(', ')}`)
  }
  return chosen.flatMap((word) => PERMISSIONS[word] ?? [])
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(reason: string): ReturnType<typeof refuse> {
  return refuse('trust_invalid', { reason })
}
