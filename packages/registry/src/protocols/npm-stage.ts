import { requireLeave } from '../domain/access.ts'
import type { StagedSummary } from '../domain/model.ts'
import { integrityOf } from '../domain/signing-keys.ts'
import { approve, expiryOf, findStaged, listStaged, reject, stage } from '../domain/staging.ts'
import { refuse } from '../errors.ts'
import type { App, AppContext } from '../http/app-types.ts'
import { answerFile } from '../http/files.ts'
import type { Registry } from '../registry.ts'
import { isVersion, keepVersion, receiveDocument } from './npm-incoming.ts'
import { npmName, readableNpmName } from './npm-name.ts'

/** Items of a page; npm asks for as many. */
const MAX_PER_PAGE = 100
/** More pages than anybody turns, and within what a database counts exactly. */
const MAX_PAGE = 1_000_000

/** Routes of `npm stage`: CI puts a version here, and an owner of the package approves or rejects it. */
export function mountNpmStage(app: App, registry: Registry): void {
  const { store, now } = registry
  const idOf = (c: AppContext) => c.req.param('id') ?? ''

  app.post('/-/stage/package/:name', (c) => stageVersion(c, registry))

  app.get('/-/stage', async (c) => {
    const perPage = numberIn(c, 'perPage', 1, MAX_PER_PAGE, MAX_PER_PAGE)
    const offset = numberIn(c, 'page', 0, MAX_PAGE, 0) * perPage
    const name = c.req.query('package')
    const only = name === undefined ? {} : { package: readableNpmName(name).normalised }
    const page = { ...only, offset, limit: perPage }
    const { total, versions } = await listStaged(store, c.get('actor'), page, now())
    return c.json({ total, items: versions.map(itemOf) }, 200, UNCACHED)
  })

  app.get('/-/stage/:id', async (c) =>
    c.json(itemOf(await findStaged(store, c.get('actor'), idOf(c), now())), 200, UNCACHED),
  )

  app.get('/-/stage/:id/tarball', async (c) => {
    const { file } = await findStaged(store, c.get('actor'), idOf(c), now())
    return answerFile(c, registry.blobs, {
      blob: file.blob,
      size: file.size,
      etag: `"${file.digests.sha512?.slice(0, 40)}"`,
      contentType: 'application/octet-stream',
    })
  })

  app.post('/-/stage/:id/approve', async (c) => {
    const approved = await approve(store, c.get('actor'), idOf(c), now())
    const { package: pkg, version, tags, attested } = approved
    if (attested !== undefined) void registry.attester?.attest(pkg.name, version)
    return c.json({ ok: true, id: `${pkg.name}@${version}`, tags })
  })

  app.delete('/-/stage/:id', async (c) => {
    await reject(registry, c.get('actor'), idOf(c), now())
    return c.json({ ok: true })
  })
}

const UNCACHED = { 'cache-control': 'no-store' }

async function stageVersion(c: AppContext, registry: Registry): Promise<Response> {
  const { store, config, now } = registry
  const name = npmName(c.req.param('name'))
  const actor = c.get('actor')
  // Asked before the body is read, so that nobody without leave can send one; asked again when it is kept.
  const found = await store.packages.find('npm', name.normalised)
  await requireLeave(store, actor, name, found, config.policy, 'stage')
  if (found === undefined) throw refuse('stage_new_package', { package: name.name })

  const received = await receiveDocument(c, registry)
  if (!isVersion(received)) {
    throw refuse('body_malformed', { reason: 'it has no tarball attached' })
  }
  const { id } = await keepVersion(c, registry, received, name, 'stage', async (upload) => {
    const staged = await stage(registry, actor, upload, config.policy, now())
    return { ...staged, kept: staged.outcome === 'staged' }
  })
  return c.json({ ok: true, stageId: id }, 201)
}

/** A staged version as `npm stage list` and `view` show it: what they have no word for becomes a line of its own. */
function itemOf(staged: StagedSummary): Readonly<Record<string, string | undefined>> {
  const { id, package: pkg, version, tags, file, stagedAt, stagedBy } = staged
  const { name, kind, run } = stagedBy
  return {
    id,
    packageName: pkg.name,
    version,
    tag: tags.join(', '),
    createdAt: stagedAt,
    actor: name,
    actorType: kind === 'account' ? 'account' : 'trusted publisher',
    shasum: file.digests.sha1,
    integrity: integrityOf(file.digests),
    expires: expiryOf(staged),
    repository: run?.repositoryUrl,
    workflow: run?.workflow,
    commit: run?.commit,
    run: run?.url,
    provenance: file.predicates?.join(', '),
  }
}

function numberIn(
  c: AppContext,
  parameter: string,
  least: number,
  most: number,
  absent: number,
): number {
  const text = c.req.query(parameter)
  if (text === undefined) return absent
  const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  const reason = `${parameter} must be a whole number from ${least} to ${most}`
  throw refuse('parameter_invalid', { reason })
}
