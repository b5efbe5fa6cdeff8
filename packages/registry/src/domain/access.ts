import { refuse } from '../errors.ts'
import type {
  Account,
  Ecosystem,
  Grant,
  Package,
  PackageName,
  PublishedBy,
  PublisherLink,
  PublisherPermission,
  StoredPublisher,
  TokenPermission,
} from './model.ts'
import type { Store } from './ports.ts'
import type { Actor } from './tokens.ts'

/** Every question of the form "may this actor do that" is a function here. */

/**
 * The account behind the request, whose token has the permission.
 * @throws Refusal `authentication_required` or `token_permission`
 */
export function requireAccount(actor: Actor, permission: TokenPermission): Account {
  if (actor.kind === 'anonymous') throw refuse('authentication_required', {})
  if (actor.kind === 'publisher' || !actor.permissions.includes(permission)) {
    throw refuse('token_permission', { permission })
  }
  return actor.account
}

/** @throws Refusal `admin_only`, or as {@link requireAccount} */
export function requireAdmin(actor: Actor, action: string): Account {
  const account = requireAccount(actor, 'manage')
  if (account.role !== 'admin') throw refuse('admin_only', { action })
  return account
}

/**
 * The account, if it owns the package or administers the registry.
 * @throws Refusal `not_owner`, or as {@link requireAccount}
 */
export async function requireOwner(
  store: Store,
  actor: Actor,
  pkg: Package,
  permission: TokenPermission,
  action: string,
): Promise<Account> {
  const account = requireAccount(actor, permission)
  await requireOwnership(store, account, pkg, action)
  return account
}

/** @throws Refusal `not_owner` unless the account owns the package or administers the registry */
export async function requireOwnership(
  store: Store,
  account: Account,
  pkg: Package,
  action: string,
): Promise<void> {
  if (await ownsOrAdministers(store, account, pkg)) return
  throw refuse('not_owner', { account: account.name, package: pkg.name, action })
}

/** Whether the account may change the package's settings. */
export async function ownsOrAdministers(
  store: Store,
  account: Account,
  pkg: Package,
): Promise<boolean> {
  if (account.role === 'admin') return true
  const owners = await store.packages.owners(pkg.id)
  return owners.some((owner) => owner.id === account.id)
}

/** Whether the actor may know that the package exists and read it. */
export function mayRead(actor: Actor, pkg: Package): boolean {
  if (pkg.visibility === 'public') return true
  if (actor.kind === 'account') return actor.permissions.includes('read')
  // A token from an exchange reads the packages it publishes: npm looks at the packument first.
  return actor.kind === 'publisher' && grantsFor(actor, pkg).length > 0
}

/**
 * The package, if the actor may read it. One refusal for "does not exist" and "not for you", so that names do not leak.
 * @throws Refusal `package_not_found`
 */
export async function readablePackage(
  store: Store,
  actor: Actor,
  name: PackageName,
): Promise<Package> {
  const pkg = await store.packages.find(name.ecosystem, name.normalised)
  if (pkg !== undefined && mayRead(actor, pkg) && (await isStillCovered(store, actor, pkg)))
    return pkg
  throw refuse('package_not_found', { package: name.name })
}

/** An exchanged token reads a restricted package only as long as its publisher covers that package. */
async function isStillCovered(store: Store, actor: Actor, pkg: Package): Promise<boolean> {
  if (actor.kind !== 'publisher' || pkg.visibility === 'public') return true
  return (await liveLinks(store, actor, pkg)).length > 0
}

/** Leave to publish: under whose name, and who will own the package if it does not exist yet. */
export interface PublishLeave {
  readonly publishedBy: PublishedBy
  readonly ownerOfNew: string
  /** Those by whose leave an exchanged token publishes; none for an account. */
  readonly publishers: readonly StoredPublisher[]
}

/** Leave to publish: {@link requireLeave}. */
export function requirePublish(
  store: Store,
  actor: Actor,
  name: PackageName,
  pkg: Package | undefined,
  policy: { readonly trustedOnly: boolean },
): Promise<PublishLeave> {
  return requireLeave(store, actor, name, pkg, policy, 'publish')
}

/**
 * Whether the actor may publish or stage the package, asked of the live publisher and not of what the token remembers.
 * An account may do both or neither.
 * @throws Refusal that says what is missing
 */
export async function requireLeave(
  store: Store,
  actor: Actor,
  name: PackageName,
  pkg: Package | undefined,
  policy: { readonly trustedOnly: boolean },
  permission: PublisherPermission,
): Promise<PublishLeave> {
  if (actor.kind === 'publisher') return requireLivePublisher(store, actor, name, permission)
  const account = requireAccount(actor, 'publish')
  if (policy.trustedOnly) throw refuse('trusted_only', { package: name.name })
  if (pkg !== undefined && !(await ownsOrAdministers(store, account, pkg))) {
    throw refuse('not_owner', { account: account.name, package: name.name, action: 'publish it' })
  }
  return {
    publishedBy: { kind: 'account', id: account.id, name: account.name },
    ownerOfNew: account.id,
    publishers: [],
  }
}

/**
 * Refuses whoever may publish nothing at all in the ecosystem: to be asked before an upload is taken that says only in
 * its course which package it is of.
 * @throws Refusal as {@link requirePublish}
 */
export async function requirePublishAny(
  store: Store,
  actor: Actor,
  ecosystem: Ecosystem,
  policy: { readonly trustedOnly: boolean },
): Promise<void> {
  if (actor.kind !== 'publisher') {
    requireAccount(actor, 'publish')
    if (policy.trustedOnly) throw refuse('trusted_only', { package: 'packages' })
    return
  }
  const granted = actor.grants.filter((grant) => grant.ecosystem === ecosystem)
  const covered = actor.grants.map(({ normalised }) => normalised).join(', ')
  if (granted.length === 0)
    throw refuse('token_scope', { covered, package: `${ecosystem} packages` })
  for (const { normalised } of granted) {
    const name = { ecosystem, name: normalised, normalised }
    if ((await liveLinks(store, actor, name)).length > 0) return
  }
  throw refuse('publisher_removed', { package: covered })
}

async function requireLivePublisher(
  store: Store,
  actor: PublisherActor,
  name: PackageName,
  permission: PublisherPermission,
): Promise<PublishLeave> {
  if (grantsFor(actor, name).length === 0) {
    const covered = actor.grants.map((grant) => grant.normalised).join(', ')
    throw refuse('token_scope', { covered, package: name.name })
  }
  const live = await liveLinks(store, actor, name)
  if (live.length === 0) throw refuse('publisher_removed', { package: name.name })
  const allowed = live.filter(({ publisher }) => publisher.permissions.includes(permission))
  const [first] = allowed
  if (first === undefined) {
    const granted = [...new Set(live.flatMap(({ publisher }) => publisher.permissions))].join(', ')
    throw refuse('publisher_permission', { package: name.name, permission, granted })
  }
  // Anybody may expect a package of anybody's repository, so the first to do so must not simply come to own it.
  const creators = allowed
    .filter(({ pending }) => pending)
    .map(({ publisher }) => publisher.createdBy)
  if (new Set(creators).size > 1) throw refuse('publisher_ambiguous', { package: name.name })
  return {
    publishedBy: actor.publishedBy,
    ownerOfNew: first.publisher.createdBy,
    publishers: allowed.map(({ publisher }) => publisher),
  }
}

type PublisherActor = Actor & { kind: 'publisher' }

function grantsFor(actor: PublisherActor, { ecosystem, normalised }: PackageName): Grant[] {
  return actor.grants.filter(
    (grant) => grant.ecosystem === ecosystem && grant.normalised === normalised,
  )
}

/** Those of the token's publishers that cover the package now, whatever they did when the token was made. */
async function liveLinks(
  store: Store,
  actor: PublisherActor,
  name: PackageName,
): Promise<PublisherLink[]> {
  const granted = grantsFor(actor, name)
  const links = await store.publishers.byPackage(name.ecosystem, name.normalised)
  return links.filter(({ publisher }) =>
    granted.some((grant) => grant.publisherId === publisher.id),
  )
}
