import { readablePackage, requireOwner, requirePublish } from '../domain/access.ts'
import type { PackageName } from '../domain/model.ts'
import { publish } from '../domain/publish.ts'
import { refuse } from '../errors.ts'
import type { AppContext } from '../http/app-types.ts'
import type { Registry } from '../registry.ts'
import { isVersion, keepVersion, receiveDocument } from './npm-incoming.ts'
import type { JsonObject, MetadataDocument } from './npm-publish-body.ts'

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

  const received = await receiveDocument(c, registry)
  if (!isVersion(received)) return changeMetadata(c, registry, name, received.document)
  await keepVersion(c, registry, received, name, 'publish', async (upload) => {
    const outcome = await publish(store, c.get('actor'), upload, config.policy)
    const kept = outcome === 'published'
    if (kept && upload.attested !== undefined)
      void registry.attester?.attest(name.name, upload.version)
    return { kept }
  })
  return c.json({ ok: true, id: name.name, success: true }, 201)
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
