import { refuse } from '../errors.ts'
import { requireOwnership } from './access.ts'
import { accountNamed } from './accounts.ts'
import type { Account, Ecosystem, Package, PackageName, Visibility } from './model.ts'
import { parseNpmName, parsePypiName } from './names.ts'
import { parsePep440 } from './pep440.ts'
import type { Store } from './ports.ts'

/**
 * The name of a package in its ecosystem.
 * @throws InvalidUpload `name_invalid`
 */
export function parsePackageName(ecosystem: Ecosystem, text: string): PackageName {
  if (ecosystem === 'pypi') return { ecosystem, ...parsePypiName(text) }
  const name = parseNpmName(text)
  return { ecosystem, name, normalised: name }
}

/**
 * Reads `npm:@acme/widget` or `pypi:acme-widget`.
 * @throws Refusal or InvalidUpload `name_invalid`
 */
export function parsePackageReference(text: string): PackageName {
  const [, ecosystem, name = ''] = /^(npm|pypi):(.*)$/s.exec(text) ?? []
  if (ecosystem === 'npm' || ecosystem === 'pypi') return parsePackageName(ecosystem, name)
  throw refuse('name_invalid', {
    reason: `The package ${JSON.stringify(text)} needs its ecosystem in front: npm:<name> or pypi:<name>.`,
  })
}

/** Writes a package as {@link parsePackageReference} reads it. */
export function packageReference({ ecosystem, name }: PackageName): string {
  return `${ecosystem}:${name}`
}

/** @throws Refusal `package_not_found` */
export async function findPackage(store: Store, name: PackageName): Promise<Package> {
  const pkg = await store.packages.find(name.ecosystem, name.normalised)
  if (pkg === undefined) throw refuse('package_not_found', { package: name.name })
  return pkg
}

/** Changes who may read a package. @throws Refusal `package_not_found` or `not_owner` */
export async function setVisibility(
  store: Store,
  account: Account,
  name: PackageName,
  visibility: Visibility,
): Promise<void> {
  await change(store, account, name, 'change who reads it', async (tx, pkg) => {
    await tx.packages.setVisibility(pkg.id, visibility)
    return { action: 'package.visibility', details: { visibility } }
  })
}

/** Makes an account an owner; it may be one already. @throws Refusal `does_not_exist`, or as {@link setVisibility} */
export async function addOwner(
  store: Store,
  account: Account,
  name: PackageName,
  ownerName: string,
): Promise<void> {
  await change(store, account, name, 'change its owners', async (tx, pkg) => {
    const owner = await accountNamed(tx, ownerName)
    await tx.packages.addOwner(pkg.id, owner.id)
    return { action: 'package.owner-added', details: { owner: owner.name } }
  })
}

/** Takes an owner away, but not the last. @throws Refusal `last_owner`, or as {@link addOwner} */
export async function removeOwner(
  store: Store,
  account: Account,
  name: PackageName,
  ownerName: string,
): Promise<void> {
  await change(store, account, name, 'change its owners', async (tx, pkg) => {
    const owners = await tx.packages.owners(pkg.id)
    const owner = owners.find((each) => each.name === ownerName)
    if (owner === undefined) {
      throw refuse('does_not_exist', { what: `The owner ${ownerName} of ${pkg.name}` })
    }
    if (owners.length === 1) throw refuse('last_owner', { account: owner.name, package: pkg.name })
    await tx.packages.removeOwner(pkg.id, owner.id)
    return { action: 'package.owner-removed', details: { owner: owner.name } }
  })
}

/**
 * Yanks a release (PEP 592: installers pass over it unless it is pinned), or takes that back.
 * @param reason the empty string is a reason too; undefined takes the yank back
 * @throws Refusal `version_not_found`, or as {@link setVisibility}
 */
export async function yank(
  store: Store,
  account: Account,
  name: PackageName,
  versionText: string,
  reason: string | undefined,
): Promise<void> {
  const version = parsePep440(versionText).normalised
  await change(store, account, name, 'yank its releases', async (tx, pkg) => {
    if ((await tx.packages.release(pkg.id, version)) === undefined) {
      throw refuse('version_not_found', { package: pkg.name, version })
    }
    await tx.packages.setYanked(pkg.id, version, reason)
    const action = reason === undefined ? 'release.unyanked' : 'release.yanked'
    return { action, details: { version, ...(reason === undefined ? {} : { reason }) } }
  })
}

/** One change by an owner, in one transaction with its audit event. */
async function change(
  store: Store,
  account: Account,
  name: PackageName,
  doing: string,
  work: (
    tx: Store,
    pkg: Package,
  ) => Promise<{ readonly action: string; readonly details: Readonly<Record<string, unknown>> }>,
): Promise<void> {
  await store.transaction(async (tx) => {
    const pkg = await findPackage(tx, name)
    await requireOwnership(tx, account, pkg, doing)
    const done = await work(tx, pkg)
    await tx.packages.touch(pkg.id)
    await tx.log.audit({ actor: account.name, subject: packageReference(pkg), ...done })
  })
}
