import { refuse } from '../errors.ts'
import { requirePublish } from './access.ts'
import type {
  Attested,
  Package,
  PackageName,
  PublishedBy,
  Release,
  ReleaseFile,
  Visibility,
} from './model.ts'
import type { NewRelease, Store } from './ports.ts'
import { signVersion } from './signing-keys.ts'
import type { Actor } from './tokens.ts'

/** What the operator decided about publishing. */
export interface PublishPolicy {
  /** Only trusted publishers may publish, accounts' tokens may not. */
  readonly trustedOnly: boolean
  /** Who may read a package that comes into being. */
  readonly newPackages: Visibility
}

/** A file that is already in the blob store, and the release it belongs to. */
export interface Upload {
  readonly name: PackageName
  readonly version: string
  readonly manifest: Readonly<Record<string, unknown>>
  readonly file: Omit<ReleaseFile, 'uploadedAt'>
  readonly tags: Readonly<Record<string, string>>
  /** Digest by which two files count as the same. */
  readonly identity: 'sha512' | 'sha256'
  /** npm: one file is the release. PyPI: a release gathers files. */
  readonly filesPerRelease: 'one' | 'many'
  readonly attested?: Attested | undefined
}

export type PublishOutcome = 'published' | 'already there'

/**
 * Adds a file to a release and makes both public in one transaction; the package comes into being with its first file.
 * The same bytes sent again by the same actor are no error: clients repeat an upload whose answer was lost.
 * @throws Refusal, with nothing changed
 */
export async function publish(
  store: Store,
  actor: Actor,
  upload: Upload,
  policy: PublishPolicy,
): Promise<PublishOutcome> {
  return store.transaction(async (tx) => {
    const { name, version, file } = upload
    const found = await tx.packages.find(name.ecosystem, name.normalised)
    const leave = await requirePublish(tx, actor, name, found, policy)
    const release = found && (await tx.packages.release(found.id, version))
    if (release !== undefined && hasSame(release, upload, leave.publishedBy)) return 'already there'
    const { attested } = upload
    if (attested !== undefined && !leave.publishers.some(({ id }) => id === attested.publisherId))
      throw refuse('publisher_removed', { package: name.name })
    // A file named after 1.0 fits the release 1.0.0 as well: versions that are equal can be written differently.
    if (
      upload.filesPerRelease === 'many' &&
      found !== undefined &&
      (await tx.packages.file(found.id, file.filename)) !== undefined
    )
      throw refuse('file_exists', { file: file.filename })
    if (found !== undefined && name.ecosystem === 'npm') await requireUnstaged(tx, found, version)

    const pkg = found ?? (await createPackage(tx, name, policy, leave.ownerOfNew))
    await makePublic(tx, pkg.id, release?.id, upload, leave.publishedBy)
    await tx.log.audit({
      actor: actorText(leave.publishedBy),
      action: 'release.published',
      subject: `${name.ecosystem}:${name.name}@${version}`,
      details: { file: file.filename, run: leave.publishedBy.run },
    })
    return 'published'
  })
}

/** @throws Refusal `version_staged` */
async function requireUnstaged(tx: Store, pkg: Package, version: string): Promise<void> {
  const staged = await tx.staging.ofVersion(pkg.id, version)
  if (staged !== undefined) throw refuse('version_staged', { package: pkg.name, version })
}

/** Adds the file to the release, which comes into being without `releaseId`. To be called within a transaction. */
export async function makePublic(
  tx: Store,
  packageId: string,
  releaseId: string | undefined,
  upload: Upload,
  publishedBy: PublishedBy,
): Promise<void> {
  const id =
    releaseId ??
    (await tx.packages.addRelease(packageId, {
      version: upload.version,
      manifest: upload.manifest,
      publishedBy,
      ...(await signaturesOf(tx, upload)),
    }))
  await addFile(tx, packageId, id, upload)
  for (const [tag, tagged] of Object.entries(upload.tags))
    await tx.packages.setTag(packageId, tag, tagged)
  await tx.packages.touch(packageId)
}

/** npm's clients check signatures of the registry; PyPI's know none. */
async function signaturesOf(
  tx: Store,
  { name, version, file, filesPerRelease }: Upload,
): Promise<Pick<NewRelease, 'signatures'>> {
  if (filesPerRelease === 'many') return { signatures: [] }
  const signature = await signVersion(tx, name.name, version, file.digests)
  return signature === undefined ? {} : { signatures: [signature] }
}

async function addFile(
  tx: Store,
  packageId: string,
  releaseId: string,
  { file, attested }: Upload,
): Promise<void> {
  const uploadedAt = new Date().toISOString()
  if (attested === undefined) {
    return tx.packages.addFile(packageId, releaseId, { ...file, uploadedAt })
  }
  const predicates = predicatesOf(attested)
  await tx.packages.addFile(packageId, releaseId, { ...file, uploadedAt, predicates })
  for (const attestation of attested.attestations)
    await tx.attestations.add(packageId, file.filename, attestation)
}

/** What a file says of its attestations. */
export function predicatesOf({ attestations }: Attested): readonly string[] {
  return attestations.map(({ predicateType }) => predicateType)
}

/** Whether the release has this very file, by the same actor. @throws Refusal if it has another of that name */
function hasSame(release: Release, upload: Upload, by: PublishedBy): boolean {
  const { file, identity, version, name } = upload
  const existing = release.files.find(({ filename }) => filename === file.filename)
  if (existing === undefined) return false
  const same = existing.digests[identity] === file.digests[identity]
  if (same && release.publishedBy.id === by.id) return true
  throw upload.filesPerRelease === 'one'
    ? refuse('version_exists', { package: name.name, version })
    : refuse('file_exists', { file: file.filename })
}

async function createPackage(
  tx: Store,
  name: PackageName,
  policy: PublishPolicy,
  ownerId: string,
): Promise<Package> {
  // Until now its publishers were pending; from now on those of its owner are linked, and the others are void.
  const links = await tx.publishers.byPackage(name.ecosystem, name.normalised)
  const pkg = await tx.packages.create(name, policy.newPackages, ownerId)
  await tx.publishers.dropPending(name)
  for (const { publisher } of links) {
    if (publisher.createdBy === ownerId) await tx.publishers.link(publisher.id, pkg.id)
    else if (!(await covers(tx, publisher.id))) await tx.publishers.remove(publisher.id)
  }
  return pkg
}

async function covers(tx: Store, publisherId: string): Promise<boolean> {
  return (await tx.publishers.byPublisher(publisherId)).length > 0
}

/** A publisher or an account as one word in the audit log. */
export function actorText(by: PublishedBy): string {
  return by.kind === 'account' ? by.name : `${by.provider}:${by.run?.repository}`
}
