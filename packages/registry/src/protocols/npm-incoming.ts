import { Refusal } from '@trustpub/identity'
import { inspectNpmTarball, type NpmTarballFacts } from '../archives/npm-tarball.ts'
import type { PackageName, PublisherPermission } from '../domain/model.ts'
import type { BlobWriter } from '../domain/ports.ts'
import type { Upload } from '../domain/publish.ts'
import { refuse } from '../errors.ts'
import type { AppContext } from '../http/app-types.ts'
import { bodyStream } from '../http/body.ts'
import { InvalidUpload } from '../invalid-upload.ts'
import type { Registry } from '../registry.ts'
import { verifyNpmProvenance } from './npm-provenance.ts'
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

/** What `npm publish` or `npm stage publish` sent, its tarball on the way to a blob. */
export interface Received<Document> {
  readonly document: Document
  readonly tarball: IncomingTarball
}

/** Reads the body and asks again who sent it. @throws Refusal, with nothing kept */
export async function receiveDocument(
  c: AppContext,
  registry: Registry,
): Promise<Received<PublishDocument> | Received<MetadataDocument>> {
  const tarball = new IncomingTarball(registry)
  try {
    const limits = { tarball: registry.config.maxFileSize }
    const document = await readPublishBody(bodyStream(c), tarball.sink, limits)
    await c.get('confirmActor')?.()
    return { document, tarball } as Received<PublishDocument> | Received<MetadataDocument>
  } catch (error) {
    await tarball.discard()
    throw error
  }
}

/** Whether a document that was received has a version in it. */
export function isVersion(
  received: Received<PublishDocument> | Received<MetadataDocument>,
): received is Received<PublishDocument> {
  return received.document.kind === 'publish'
}

/**
 * Checks a version that arrived, its provenance too, and hands it to `keep`, which says whether the blob is needed.
 * @throws Refusal, with nothing kept
 */
export async function keepVersion<Outcome extends { readonly kept: boolean }>(
  c: AppContext,
  registry: Registry,
  { document, tarball }: Received<PublishDocument>,
  name: PackageName,
  permission: PublisherPermission,
  keep: (upload: Upload) => Promise<Outcome>,
): Promise<Outcome> {
  try {
    const outcome = await keep(await finishUpload(c, registry, tarball, document, name, permission))
    if (!outcome.kept) await tarball.discard()
    return outcome
  } catch (error) {
    // After anything unexpected the transaction may have been committed all the same; the sweep finds out.
    if (error instanceof Refusal) await tarball.discard()
    throw error
  }
}

async function finishUpload(
  c: AppContext,
  registry: Registry,
  incoming: IncomingTarball,
  document: PublishDocument,
  name: PackageName,
  permission: PublisherPermission,
): Promise<Upload> {
  if (document.name !== name.name) {
    throw refuse('body_malformed', {
      reason: `it is for ${document.name}, but was sent to ${name.name}`,
    })
  }
  const file = await incoming.finish(document)
  const { version, sigstore } = document
  const manifest = manifestOf(document, file.facts)
  const repositories = [file.facts.packageJson.repository, manifest.repository]
  const attested =
    sigstore === undefined
      ? undefined
      : await verifyNpmProvenance(registry, c.get('actor'), sigstore, {
          name,
          version,
          digests: file.digests,
          repositories,
          permission,
        })
  return { name, version, manifest, attested, ...uploadOf(file, document) }
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
