import { mayRead, readablePackage, requireAccount, requirePublish } from '../domain/access.ts'
import type { Package, PackageName, Visibility } from '../domain/model.ts'
import { parseDistTag } from '../domain/names.ts'
import { setVisibility } from '../domain/packages.ts'
import type { Store } from '../domain/ports.ts'
import { actorText } from '../domain/publish.ts'
import { refuse } from '../errors.ts'
import type { App, AppContext } from '../http/app-types.ts'
import { readJson } from '../http/body.ts'
import { quoted } from '../invalid-upload.ts'
import type { Registry } from '../registry.ts'
import { npmName } from './npm-name.ts'

/** Routes for what surrounds the versions of a package: dist-tags, who may read it, who owns it. */
export function mountNpmSettings(app: App, { store, config }: Registry): void {
  const readable = (c: AppContext): Promise<Package> =>
    readablePackage(store, c.get('actor'), npmName(c.req.param('name')))

  /** Trusted publishers and owners move tags alike: npm 12 exchanges an ID token before `npm dist-tag`. */
  const publishable = async (
    c: AppContext,
    at: Store = store,
  ): Promise<{ pkg: Package; actor: string }> => {
    const name: PackageName = npmName(c.req.param('name'))
    const pkg = await at.packages.find('npm', name.normalised)
    // Asked before it is said whether the package exists, so that names do not leak.
    const leave = await requirePublish(at, c.get('actor'), name, pkg, config.policy)
    if (pkg === undefined) throw refuse('package_not_found', { package: name.name })
    return { pkg, actor: actorText(leave.publishedBy) }
  }

  app.get('/-/package/:name/dist-tags', async (c) =>
    c.json(await store.packages.tags((await readable(c)).id)),
  )

  app.put('/-/package/:name/dist-tags/:tag', async (c) => {
    await publishable(c)
    const tag = parseDistTag(c.req.param('tag'))
    const version = await readJson(c)
    if (typeof version !== 'string') {
      throw refuse('body_malformed', { reason: 'it must be a version, as a JSON string' })
    }
    await store.transaction(async (tx) => {
      // Asked again: the publisher may have been removed while the body was on its way.
      const { pkg, actor } = await publishable(c, tx)
      if ((await tx.packages.release(pkg.id, version)) === undefined) {
        throw refuse('version_not_found', { package: pkg.name, version: quoted(version) })
      }
      await tx.packages.setTag(pkg.id, tag, version)
      await tx.packages.touch(pkg.id)
      const event = { action: 'dist-tag.set', details: { tag, version } }
      await tx.log.audit({ actor, subject: `npm:${pkg.name}`, ...event })
    })
    return c.json({ ok: true })
  })

  app.delete('/-/package/:name/dist-tags/:tag', async (c) => {
    await publishable(c)
    const tag = parseDistTag(c.req.param('tag'))
    if (tag === 'latest') throw refuse('tag_needed', {})
    await store.transaction(async (tx) => {
      const { pkg, actor } = await publishable(c, tx)
      await tx.packages.removeTag(pkg.id, tag)
      await tx.packages.touch(pkg.id)
      const event = { action: 'dist-tag.removed', details: { tag } }
      await tx.log.audit({ actor, subject: `npm:${pkg.name}`, ...event })
    })
    return c.json({ ok: true })
  })

  // npm asks this before it makes provenance; "public" would let it write to the public log by itself.
  app.get('/-/package/:name/visibility', async (c) => {
    const name = npmName(c.req.param('name'))
    const pkg = await store.packages.find('npm', name.normalised)
    if (pkg === undefined || !mayRead(c.get('actor'), pkg)) return c.json({ public: false })
    return c.json({ public: pkg.visibility === 'public' })
  })

  app.post('/-/package/:name/access', async (c) => {
    const pkg = await readable(c)
    const account = requireAccount(c.get('actor'), 'manage')
    await setVisibility(store, account, pkg, readAccess(await readJson(c)))
    return c.json({ ok: true })
  })

  app.get('/-/package/:name/collaborators', async (c) => {
    requireAccount(c.get('actor'), 'read')
    const owners = await store.packages.owners((await readable(c)).id)
    return c.json(Object.fromEntries(owners.map((owner) => [owner.name, 'write'])))
  })
}

function readAccess(body: unknown): Visibility {
  const access =
    typeof body === 'object' && body !== null && 'access' in body ? body.access : undefined
  if (access === 'public' || access === 'restricted') return access
  throw refuse('body_malformed', { reason: 'access must be "public" or "restricted"' })
}
