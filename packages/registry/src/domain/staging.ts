import { refuse } from '../errors.ts'
import { ownsOrAdministers, requireAccount, requireLeave } from './access.ts'
import type { Account, StagedSummary, StagedVersion, TokenPermission } from './model.ts'
import { isLater } from './names.ts'
import { packageReference } from './packages.ts'
import type { Blobs, Store } from './ports.ts'
import { actorText, makePublic, type PublishPolicy, predicatesOf, type Upload } from './publish.ts'
import type { Actor } from './tokens.ts'

/**
 * How long a staged version waits. Long enough for holidays; what nobody decided on by then has been forgotten, and must
 * not keep its version number, nor become public when nobody remembers what it holds.
 */
export const STAGED_DAYS = 30

/** More than a busy repository makes before its owners look; without an end, CI that nobody looks after fills the disk. */
export const MAX_STAGED_PER_PACKAGE = 100

/** Expired versions that are removed in one transaction, during which publishes wait. */
const EXPIRED_BATCH = 100

const DAY_MS = 24 * 3600_000

/** Versions that were staged earlier cannot be approved any more. */
function approvableSince(now: Date): Date {
  return new Date(now.getTime() - STAGED_DAYS * DAY_MS)
}

/** When the version stops waiting. */
export function expiryOf({ stagedAt }: StagedSummary): string {
  return new Date(Date.parse(stagedAt) + STAGED_DAYS * DAY_MS).toISOString()
}

/** The id of the staged version, and whether it was there: then the file that was sent is not needed. */
export interface Staged {
  readonly id: string
  readonly outcome: 'staged' | 'already there'
}

/**
 * Keeps a version of an npm package for its owner to approve. The same bytes with the same tags sent again by the same
 * actor are no error: jobs are run again. If they come with other provenance, as those of another run do, they take the
 * place of what waits, under a new id: what an owner has looked at does not change.
 * @throws Refusal, with nothing changed
 */
export async function stage(
  { store, blobs }: { readonly store: Store; readonly blobs: Blobs },
  actor: Actor,
  upload: Upload,
  policy: PublishPolicy,
  now: Date,
): Promise<Staged> {
  const { replaced, ...staged } = await store.transaction(async (tx) => {
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
      if (!same) throw refuse('version_staged', { package: name.name, version })
      if (hasSameProvenance(existing, upload))
        return { id: existing.id, outcome: 'already there' } as const
    }
    if (attested !== undefined && !leave.publishers.some(({ id }) => id === attested.publisherId))
      throw refuse('publisher_removed', { package: name.name })
    if (existing !== undefined) await tx.staging.discard(existing.id)
    else if ((await tx.staging.count(pkg.id)) >= MAX_STAGED_PER_PACKAGE)
      throw refuse('too_many_staged', { package: name.name, limit: MAX_STAGED_PER_PACKAGE })
    const id = await tx.staging.add({
      packageId: pkg.id,
      version,
      manifest,
      tags,
      ...(attested === undefined
        ? { file }
        : { attested, file: { ...file, predicates: predicatesOf(attested) } }),
      stagedAt: now.toISOString(),
      stagedBy: leave.publishedBy,
    })
    await tx.log.audit({
      actor: actorText(leave.publishedBy),
      action: 'release.staged',
      subject: `${packageReference(name)}@${version}`,
      details: { id, replaced: existing?.id, file: file.filename, run: leave.publishedBy.run },
    })
    return { id, outcome: 'staged', replaced: existing } as const
  })
  if (replaced !== undefined) await blobs.remove(replaced.file.blob)
  return staged
}

function isSame(existing: StagedVersion, { file, identity, attested }: Upload, tags: string[]) {
  return (
    existing.file.digests[identity] === file.digests[identity] &&
    existing.tags.join() === tags.join() &&
    (existing.attested === undefined) === (attested === undefined)
  )
}

/** As text, which is how it is kept. */
function hasSameProvenance(existing: StagedVersion, { attested }: Upload): boolean {
  return JSON.stringify(existing.attested) === JSON.stringify(attested)
}

/** What an account sees of what waits: its own packages, an administrator everything. One page, newest first. */
export async function listStaged(
  store: Store,
  actor: Actor,
  page: { readonly package?: string; readonly offset: number; readonly limit: number },
  now: Date,
): Promise<{ readonly total: number; readonly versions: readonly StagedSummary[] }> {
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
 * signature and time of publication are of the same key's life. Only `latest` stays where it is if that is a later
 * version, published meanwhile. Gives the version with the tags that were set.
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
    const { package: name, version, manifest, file, attested, stagedBy } = staged
    const tags = await tagsToSet(tx, staged)
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
    await audit(tx, account.name, 'release.approved', staged, { tags })
    return { ...staged, tags }
  })
}

async function tagsToSet(
  tx: Store,
  { package: pkg, version, tags }: StagedVersion,
): Promise<readonly string[]> {
  const { latest } = await tx.packages.tags(pkg.id)
  if (latest === undefined || !isLater(latest, version)) return tags
  return tags.filter((tag) => tag !== 'latest')
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
  while ((await store.staging.stagedBefore(before, 1)).length > 0) {
    const removed = await store.transaction(async (tx) => {
      const expired = await tx.staging.stagedBefore(before, EXPIRED_BATCH)
      for (const staged of expired) {
        await tx.staging.discard(staged.id)
        await audit(tx, 'registry', 'release.expired', staged)
      }
      return expired
    })
    for (const { file } of removed) await blobs.remove(file.blob)
  }
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
  { id, package: name, version, stagedBy }: StagedSummary,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const details = { id, stagedBy: actorText(stagedBy), run: stagedBy.run, ...more }
  await tx.log.audit({ actor, action, subject: `${packageReference(name)}@${version}`, details })
}
