import { refuse } from '../errors.ts'
import { ownsOrAdministers, requireAccount, requireLeave } from './access.ts'
import type { Account, StagedVersion, TokenPermission } from './model.ts'
import { packageReference } from './packages.ts'
import type { Blobs, Store } from './ports.ts'
import { actorText, makePublic, type PublishPolicy, type Upload } from './publish.ts'
import type { Actor } from './tokens.ts'

/**
 * How long a staged version waits. Long enough for holidays; what nobody decided on by then has been forgotten, and must
 * not keep its version number, nor become public when nobody remembers what it holds.
 */
export const STAGED_DAYS = 30

const DAY_MS = 24 * 3600_000

/** Versions that were staged earlier cannot be approved any more. */
function approvableSince(now: Date): Date {
  return new Date(now.getTime() - STAGED_DAYS * DAY_MS)
}

/** When the version stops waiting. */
export function expiryOf({ stagedAt }: StagedVersion): string {
  return new Date(Date.parse(stagedAt) + STAGED_DAYS * DAY_MS).toISOString()
}

/** The id of the staged version, and whether it was there: then the file that was sent is not needed. */
export interface Staged {
  readonly id: string
  readonly outcome: 'staged' | 'already there'
}

/**
 * Keeps a version of an npm package for its owner to approve. The same bytes with the same tags sent again by the same
 * actor are no error: jobs are run again.
 * @throws Refusal, with nothing changed
 */
export async function stage(
  store: Store,
  actor: Actor,
  upload: Upload,
  policy: PublishPolicy,
  now: Date,
): Promise<Staged> {
  return store.transaction(async (tx) => {
    const { name, version, manifest, file, attested } = upload
    const pkg = await tx.packages.find(name.ecosystem, name.normalised)
    const leave = await requireLeave(tx, actor, name, pkg, policy, 'stage')
    if (pkg === undefined) throw refuse('stage_new_package', { package: name.name })
    if ((await tx.packages.release(pkg.id, version)) !== undefined)
      throw refuse('version_published', { package: name.name, version })
    const tags = Object.keys(upload.tags)
    const existing = await tx.staging.ofVersion(pkg.id, version)
    if (existing !== undefined) {
      const same = isSame(existing, upload, tags) && existing.stagedBy.id === leave.publishedBy.id
      if (same) return { id: existing.id, outcome: 'already there' }
      throw refuse('version_staged', { package: name.name, version })
    }
    if (attested !== undefined && !leave.publishers.some(({ id }) => id === attested.publisherId))
      throw refuse('publisher_removed', { package: name.name })
    const id = await tx.staging.add({
      packageId: pkg.id,
      version,
      manifest,
      tags,
      file,
      ...(attested === undefined ? {} : { attested }),
      stagedAt: now.toISOString(),
      stagedBy: leave.publishedBy,
    })
    await tx.log.audit({
      actor: actorText(leave.publishedBy),
      action: 'release.staged',
      subject: `${packageReference(name)}@${version}`,
      details: { id, file: file.filename, run: leave.publishedBy.run },
    })
    return { id, outcome: 'staged' }
  })
}

function isSame(existing: StagedVersion, { file, identity, attested }: Upload, tags: string[]) {
  return (
    existing.file.digests[identity] === file.digests[identity] &&
    existing.tags.join() === tags.join() &&
    (existing.attested === undefined) === (attested === undefined)
  )
}

/** What an account sees of what waits: its own packages, an administrator everything. One page, newest first. */
export async function listStaged(
  store: Store,
  actor: Actor,
  page: { readonly package?: string; readonly offset: number; readonly limit: number },
  now: Date,
): Promise<{ readonly total: number; readonly versions: readonly StagedVersion[] }> {
  const account = requirePerson(actor, 'read')
  const mine = account.role === 'admin' ? {} : { ownerId: account.id }
  return store.staging.list({ ...page, ...mine, since: approvableSince(now) })
}

/** One of those that {@link listStaged} shows. @throws Refusal `staged_not_found` */
export async function findStaged(
  store: Store,
  actor: Actor,
  id: string,
  now: Date,
): Promise<StagedVersion> {
  return requireStaged(store, requirePerson(actor, 'read'), id, now)
}

/**
 * Publishes a staged version as it is: with the tags and the provenance that it was staged with, signed now, so that
 * signature and time of publication are of the same key's life.
 * @throws Refusal `staged_not_found`, or one for the account's token
 */
export async function approve(
  store: Store,
  actor: Actor,
  id: string,
  now: Date,
): Promise<StagedVersion> {
  const account = requirePerson(actor, 'publish')
  return store.transaction(async (tx) => {
    const staged = await requireStaged(tx, account, id, now)
    const { package: name, version, manifest, file, tags, attested, stagedBy } = staged
    await tx.staging.release(id)
    const upload: Upload = {
      name,
      version,
      manifest,
      file,
      tags: Object.fromEntries(tags.map((tag) => [tag, version])),
      identity: 'sha512',
      filesPerRelease: 'one',
      attested,
    }
    await makePublic(tx, name.id, undefined, upload, { ...stagedBy, approver: account.name })
    await audit(tx, account.name, 'release.approved', staged)
    return staged
  })
}

/** Takes a staged version out, with its file. @throws as {@link approve} */
export async function reject(
  { store, blobs }: { readonly store: Store; readonly blobs: Blobs },
  actor: Actor,
  id: string,
  now: Date,
): Promise<void> {
  const account = requirePerson(actor, 'publish')
  const { file } = await store.transaction(async (tx) => {
    const staged = await requireStaged(tx, account, id, now)
    await tx.staging.discard(id)
    await audit(tx, account.name, 'release.rejected', staged)
    return staged
  })
  await blobs.remove(file.blob)
}

/** Takes out what has waited for longer than {@link STAGED_DAYS}. */
export async function removeExpired(
  { store, blobs }: { readonly store: Store; readonly blobs: Blobs },
  now: Date,
): Promise<void> {
  const before = approvableSince(now)
  // Mostly there is nothing, and then nobody has to wait for a transaction.
  if ((await store.staging.stagedBefore(before)).length === 0) return
  const removed = await store.transaction(async (tx) => {
    const expired = await tx.staging.stagedBefore(before)
    for (const staged of expired) {
      await tx.staging.discard(staged.id)
      await audit(tx, 'registry', 'release.expired', staged)
    }
    return expired
  })
  for (const { file } of removed) await blobs.remove(file.blob)
}

function requirePerson(actor: Actor, permission: TokenPermission): Account {
  if (actor.kind === 'publisher') throw refuse('approval_needs_account', {})
  return requireAccount(actor, permission)
}

/** One refusal for "not there" and "not for you", so that names do not leak. */
async function requireStaged(
  store: Store,
  account: Account,
  id: string,
  now: Date,
): Promise<StagedVersion> {
  const staged = await store.staging.find(id)
  if (
    staged !== undefined &&
    staged.stagedAt >= approvableSince(now).toISOString() &&
    (await ownsOrAdministers(store, account, staged.package))
  )
    return staged
  throw refuse('staged_not_found', { id, days: STAGED_DAYS })
}

async function audit(
  tx: Store,
  actor: string,
  action: string,
  { id, package: name, version, stagedBy }: StagedVersion,
): Promise<void> {
  const details = { id, stagedBy: actorText(stagedBy), run: stagedBy.run }
  await tx.log.audit({ actor, action, subject: `${packageReference(name)}@${version}`, details })
}
