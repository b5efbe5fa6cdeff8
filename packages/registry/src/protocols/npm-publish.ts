import { Refusal } from '@trustpub/identity'
import { inspectNpmTarball, type NpmTarballFacts } from '../archives/npm-tarball.ts'
import { readablePackage, requireOwner, requirePublish } from '../domain/access.ts'
import type { PackageName } from '../domain/model.ts'
import type { BlobWriter } from '../domain/ports.ts'
import { publish, type Upload } from '../domain/publish.ts'
import { refuse } from '../errors.ts'
import type { AppContext } from '../http/app-types.ts'
import { bodyStream } from '../http/body.ts'
import { InvalidUpload } from '../invalid-upload.ts'
import type { Registry } from '../registry.ts'
import {
  type AttachmentSink,
  type JsonObject,
  type MetadataDocument,
  type PublishDocument,
  readPublishBody,
} from './npm-publish-body.ts'
import { requireSameManifest } from './npm-same-manifest.ts'

/** npm's integrity and shasum. */
const DIGESTS = ['sha512', 'sha1']

/** Shown by npm after a publish that carried what this registry does not check yet. */
const UNVERIFIED = 'This registry does not verify provenance, so the attached bundle was left out.'

/** `PUT /<name>`: a new version with its tarball, or a change to the packument (deprecation). */
export async function putPackage(
  c: AppContext,
  registry: Registry,
  name: PackageName,
): Promise<Response> {
  const { store, config } = registry
  // Asked before the body is read, so that nobody without leave can send one; asked again when it is kept.
  const found = await store.packages.find('npm', name.normalised)
  await requirePublish(store, c.get('actor'), name, found, config.policy)

  const incoming = new IncomingTarball(registry)
  const document = await receive(c, registry, incoming).catch(async (error: unknown) => {
    await incoming.discard()
    throw error
  })
  if (document.kind === 'metadata') {
    await c.get('confirmActor')?.()
    return changeMetadata(c, registry, name, document)
  }
  try {
    await c.get('confirmActor')?.()
    const upload = await finishUpload(incoming, document, name)
    const outcome = await publish(store, c.get('actor'), upload, config.policy)
    if (outcome === 'already there') await incoming.discard()
  } catch (error) {
    // After anything unexpected the transaction may have been committed all the same; the sweep finds out.
    if (error instanceof Refusal) await incoming.discard()
    throw error
  }
  if (document.sigstore !== undefined) c.header('npm-notice', UNVERIFIED)
  return c.json({ ok: true, id: name.name, success: true }, 201)
}

function receive(
  c: AppContext,
  { config }: Registry,
  incoming: IncomingTarball,
): Promise<PublishDocument | MetadataDocument> {
  return readPublishBody(bodyStream(c), incoming.sink, { tarball: config.maxFileSize })
}

async function finishUpload(
  incoming: IncomingTarball,
  document: PublishDocument,
  name: PackageName,
): Promise<Upload> {
  if (document.name !== name.name) {
    throw refuse('body_malformed', {
      reason: `it is for ${document.name}, but was sent to ${name.name}`,
    })
  }
  const file = await incoming.finish(document)
  const { version } = document
  return { name, version, manifest: manifestOf(document, file.facts), ...uploadOf(file, document) }
}

/** The tarball on its way in: written to a blob and inspected at the same time. */
class IncomingTarball {
  readonly #registry: Registry
  readonly #inspector = inspectNpmTarball()
  #blob: BlobWriter | undefined

  constructor(registry: Registry) {
    this.#registry = registry
  }

  readonly sink: AttachmentSink = () => ({
    write: async (chunk) => {
      this.#blob ??= await this.#registry.blobs.create(DIGESTS)
      await this.#inspector.write(chunk)
      await this.#blob.write(chunk)
    },
  })

  async finish(document: PublishDocument): Promise<FinishedTarball> {
    if (this.#blob === undefined) throw refuse('body_malformed', { reason: 'its tarball is empty' })
    const facts = await this.#inspector.end()
    if (facts.name !== document.name || facts.version !== document.version) {
      throw new InvalidUpload(
        'tarball_invalid',
        `The tarball holds ${facts.name}@${facts.version}, but ${document.name}@${document.version} was to be published.`,
      )
    }
    requireSameManifest(document.manifest, facts)
    return { blob: this.#blob.key, facts, ...(await this.#blob.finish()) }
  }

  async discard(): Promise<void> {
    this.#inspector.abort()
    await this.#blob?.discard()
  }
}

interface FinishedTarball {
  readonly blob: string
  readonly facts: NpmTarballFacts
  readonly size: number
  readonly digests: Readonly<Record<string, string>>
}

function uploadOf(
  { blob, size, digests }: FinishedTarball,
  { name, version, tags }: PublishDocument,
) {
  const filename = `${name.slice(name.indexOf('/') + 1)}-${version}.tgz`
  return {
    file: { filename, kind: 'tarball', size, digests, blob },
    tags: Object.fromEntries(tags.map((tag) => [tag, version])),
    identity: 'sha512',
    filesPerRelease: 'one',
  } as const
}

/** The manifest as it is kept: without what only the registry may say, with what the tarball shows. */
function manifestOf({ manifest }: PublishDocument, facts: NpmTarballFacts): JsonObject {
  const { _npmUser, dist, hasInstallScript, _hasShrinkwrap, deprecated, ...rest } = manifest
  return {
    ...rest,
    ...(facts.hasInstallScript ? { hasInstallScript: true } : {}),
    ...(facts.hasShrinkwrap ? { _hasShrinkwrap: true } : {}),
    dist: { fileCount: facts.fileCount, unpackedSize: facts.unpackedSize },
  }
}

/** `npm deprecate` and `undeprecate` send the whole packument back; only the deprecations in it are taken. */
async function changeMetadata(
  c: AppContext,
  { store }: Registry,
  name: PackageName,
  { document }: MetadataDocument,
): Promise<Response> {
  const pkg = await readablePackage(store, c.get('actor'), name)
  const account = await requireOwner(store, c.get('actor'), pkg, 'publish', 'change it')
  const versions = deprecations(document)
  await store.transaction(async (tx) => {
    for (const release of await tx.packages.releases(pkg.id)) {
      const { deprecated = '', ...manifest } = release.manifest
      const wanted = versions.get(release.version)
      if (wanted === undefined || wanted === deprecated) continue
      await tx.packages.setManifest(
        release.id,
        wanted === '' ? manifest : { ...manifest, deprecated: wanted },
      )
      await tx.log.audit({
        actor: account.name,
        action: wanted === '' ? 'release.undeprecated' : 'release.deprecated',
        subject: `npm:${pkg.name}@${release.version}`,
        details: { message: wanted },
      })
    }
    await tx.packages.touch(pkg.id)
  })
  return c.json({ ok: true })
}

/** The message by version; the empty string takes a deprecation back. Versions that are not named stay as they are. */
function deprecations(document: JsonObject): Map<string, string> {
  const { versions } = document
  if (typeof versions !== 'object' || versions === null) {
    throw refuse('body_malformed', { reason: 'it has neither an attachment nor versions' })
  }
  const entries = Object.entries(versions as JsonObject).map(
    ([version, manifest]): [string, string] => {
      const { deprecated } = (manifest ?? {}) as JsonObject
      return [version, typeof deprecated === 'string' ? deprecated : '']
    },
  )
  return new Map(entries)
}
