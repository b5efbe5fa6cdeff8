import { isDeepStrictEqual } from 'node:util'
import {
  findProvider,
  type Pins,
  type Provider,
  type ProviderId,
  parseFields,
  refuseIdentity,
} from '@trustpub/identity'
import { refuse } from '../errors.ts'
import { ownsOrAdministers, requireOwnership } from './access.ts'
import { acceptedIssuers, type IssuerContext } from './issuers.ts'
import type {
  Account,
  NewPublisher,
  Package,
  PackageName,
  PublisherLink,
  PublisherPermission,
  StoredPublisher,
} from './model.ts'
import { packageReference } from './packages.ts'
import type { Store } from './ports.ts'

/** Every one is compared at each exchange, and a longer list is one that nobody reads through any more. */
export const MAX_PUBLISHERS_PER_PACKAGE = 20

const DOING = 'change its trusted publishers'

/** What somebody asks for; nothing of it is checked yet but its shape. */
export interface PublisherRequest {
  readonly provider: ProviderId
  /** The provider's public issuer if absent. */
  readonly issuer?: string | undefined
  readonly fields: Readonly<Record<string, unknown>>
  readonly packages: readonly PackageName[]
  readonly permissions: readonly PublisherPermission[]
  /** Numeric ids to pin from the start, by claim; those not given are pinned at the first exchange. */
  readonly pins?: Pins | undefined
}

/** A publisher and those of its packages that the account may change. */
export interface ManagedPublisher {
  readonly publisher: StoredPublisher
  readonly links: readonly PublisherLink[]
}

/**
 * Trusts a workflow with packages. For a package that does not exist yet the publisher is pending: the account will own
 * the package that its first publish makes. Asked again for further packages, the same publisher covers those too.
 * @throws Refusal that says what is wrong, with nothing changed
 */
export async function createPublisher(
  context: IssuerContext,
  account: Account,
  request: PublisherRequest,
): Promise<ManagedPublisher> {
  const provider = findProvider(request.provider)
  const fields = parseFields(provider, request.fields)
  const pins = parsePins(provider, request.pins ?? {})
  return context.store.transaction(async (tx) => {
    const wanted: NewPublisher = {
      provider: provider.id,
      issuer: await requireIssuer({ ...context, store: tx }, provider, request.issuer),
      lookupKey: provider.lookupKey(fields),
      fields,
      pins,
      permissions: (['publish', 'stage'] as const).filter((p) => request.permissions.includes(p)),
      createdBy: account.id,
    }
    const existing = new Map<PackageName, Package | undefined>()
    for (const name of request.packages) {
      existing.set(name, await requirePlace(tx, account, name, wanted))
    }
    const publisher = (await findSame(tx, wanted)) ?? (await tx.publishers.create(wanted))
    for (const [name, pkg] of existing) {
      if (pkg === undefined) await tx.publishers.addPending(publisher.id, name)
      else await tx.publishers.link(publisher.id, pkg.id)
      await audit(tx, account, 'publisher.created', publisher, name)
    }
    return findPublisher(tx, account, publisher.id)
  })
}

function parsePins(provider: Provider, pins: Pins): Pins {
  for (const [claim, value] of Object.entries(pins)) {
    const label = `The pin ${claim}`
    if (!provider.pinnedClaims.includes(claim)) {
      const reason = `${provider.label} pins ${provider.pinnedClaims.join(' and ')}`
      throw refuseIdentity('field_invalid', { label, value, reason })
    }
    if (!/^\d{1,20}$/.test(value)) {
      const reason = 'write the number that the forge gives it'
      throw refuseIdentity('field_invalid', { label, value, reason })
    }
  }
  return pins
}

async function requireIssuer(
  context: IssuerContext,
  provider: Provider,
  given: string | undefined,
): Promise<string> {
  const url = given ?? provider.issuer
  const accepted = (await acceptedIssuers(context)).filter((each) => each.provider === provider.id)
  if (accepted.some((issuer) => issuer.url === url)) return url
  const known = accepted.map((issuer) => issuer.url).join(', ') || 'none'
  throw refuse('issuer_unregistered', { provider: provider.label, issuer: url, known })
}

/** The package if it exists, once it is sure that the account may add the publisher to it. */
async function requirePlace(
  tx: Store,
  account: Account,
  name: PackageName,
  wanted: NewPublisher,
): Promise<Package | undefined> {
  const pkg = await tx.packages.find(name.ecosystem, name.normalised)
  if (pkg !== undefined) await requireOwnership(tx, account, pkg, DOING)
  const links = await tx.publishers.byPackage(name.ecosystem, name.normalised)
  if (links.some(({ publisher }) => isFor(publisher, wanted))) {
    const what = `A trusted publisher of ${name.name} with the same provider, issuer and fields`
    throw refuse('already_exists', { what })
  }
  // Nobody can fill up the places of a name that does not exist yet: there each account has its own.
  const counted = links.filter((link) => !link.pending || link.publisher.createdBy === account.id)
  if (counted.length >= MAX_PUBLISHERS_PER_PACKAGE) {
    const limit = MAX_PUBLISHERS_PER_PACKAGE
    throw refuse('too_many_publishers', { package: name.name, limit })
  }
  return pkg
}

function isFor(publisher: StoredPublisher, wanted: NewPublisher): boolean {
  const { provider, issuer, fields } = publisher
  return (
    provider === wanted.provider &&
    issuer === wanted.issuer &&
    isDeepStrictEqual(fields, wanted.fields)
  )
}

/**
 * A publisher that only needs to be linked to further packages. Its pins must be the same too: an owner who makes a
 * publisher anew because a repository was replaced must not get the old ids back.
 */
async function findSame(tx: Store, wanted: NewPublisher): Promise<StoredPublisher | undefined> {
  const links = await tx.publishers.byKey(wanted.issuer, wanted.lookupKey)
  return links
    .map((link) => link.publisher)
    .find(
      (publisher) =>
        isFor(publisher, wanted) &&
        publisher.createdBy === wanted.createdBy &&
        isDeepStrictEqual(publisher.permissions, wanted.permissions) &&
        isDeepStrictEqual(publisher.pins, wanted.pins),
    )
}

/**
 * The publishers of a package. Where it does not exist yet, those that the account made for it; an administrator sees all.
 * @throws Refusal `not_owner`
 */
export async function listPublishers(
  store: Store,
  account: Account,
  name: PackageName,
): Promise<readonly PublisherLink[]> {
  return linksOf(store, account, name, 'see its trusted publishers')
}

async function linksOf(
  store: Store,
  account: Account,
  { ecosystem, normalised }: PackageName,
  doing: string,
): Promise<readonly PublisherLink[]> {
  const pkg = await store.packages.find(ecosystem, normalised)
  if (pkg !== undefined) await requireOwnership(store, account, pkg, doing)
  return managed(store, account, await store.publishers.byPackage(ecosystem, normalised))
}

/** @throws Refusal `does_not_exist`, also if the account may change none of its packages */
export async function findPublisher(
  store: Store,
  account: Account,
  id: string,
): Promise<ManagedPublisher> {
  const links = await managed(store, account, await store.publishers.byPublisher(id))
  const [first] = links
  if (first === undefined) throw refuse('does_not_exist', { what: `The trusted publisher ${id}` })
  return { publisher: first.publisher, links }
}

/**
 * Ends a publisher's trust for one package, or for all that the account may change; with its last package it is gone.
 * API tokens that were exchanged by its leave are refused from now on.
 * @throws Refusal `does_not_exist` or `not_owner`
 */
export async function removePublisher(
  store: Store,
  account: Account,
  id: string,
  only?: PackageName,
): Promise<void> {
  await store.transaction(async (tx) => {
    const links =
      only === undefined
        ? (await findPublisher(tx, account, id)).links
        : (await linksOf(tx, account, only, DOING)).filter((link) => link.publisher.id === id)
    if (links.length === 0) throw refuse('does_not_exist', { what: `The trusted publisher ${id}` })
    for (const link of links) {
      await unlink(tx, link)
      await audit(tx, account, 'publisher.removed', link.publisher, link.package)
    }
    if ((await tx.publishers.byPublisher(id)).length === 0) await tx.publishers.remove(id)
  })
}

async function unlink(tx: Store, link: PublisherLink): Promise<void> {
  const { publisher, package: name } = link
  if (link.pending) return tx.publishers.removePending(publisher.id, name)
  const pkg = await tx.packages.find(name.ecosystem, name.normalised)
  if (pkg !== undefined) await tx.publishers.unlink(publisher.id, pkg.id)
}

async function managed(
  store: Store,
  account: Account,
  links: readonly PublisherLink[],
): Promise<readonly PublisherLink[]> {
  const mine: PublisherLink[] = []
  for (const link of links) if (await manages(store, account, link)) mine.push(link)
  return mine
}

async function manages(store: Store, account: Account, link: PublisherLink): Promise<boolean> {
  if (link.pending) return account.role === 'admin' || link.publisher.createdBy === account.id
  const { ecosystem, normalised } = link.package
  const pkg = await store.packages.find(ecosystem, normalised)
  return pkg !== undefined && ownsOrAdministers(store, account, pkg)
}

async function audit(
  tx: Store,
  account: Account,
  action: string,
  publisher: StoredPublisher,
  name: PackageName,
): Promise<void> {
  const { id, provider, issuer, fields, permissions } = publisher
  const details = { id, provider, issuer, fields, permissions }
  await tx.log.audit({ actor: account.name, action, subject: packageReference(name), details })
}
