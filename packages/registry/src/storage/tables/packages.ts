import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { PackageName, Release, ReleaseFile } from '../../domain/model.ts'
import type { PackageStore } from '../../domain/ports.ts'
import type { UnrecordedBlobs } from '../blobs/small.ts'
import { insertion, prepared } from '../prepared.ts'
import { toAccount, toFile, toPackage, toRelease } from '../rows.ts'
import type { Db, Schema } from '../schema.ts'
import { recordSmallBlob } from './small-blobs.ts'

export function packageStore(db: Db, unrecorded: UnrecordedBlobs): PackageStore {
  return {
    async find(ecosystem, normalised) {
      const [row] = (await packageByName(db, { ecosystem, normalised })).rows
      return row && toPackage(row)
    },

    async create({ ecosystem, name, normalised }, visibility, ownerId) {
      const now = new Date().toISOString()
      const row = {
        id: randomUUID(),
        ecosystem,
        name,
        normalised,
        visibility,
        revision: 1,
        created_at: now,
        updated_at: now,
      }
      await db.insertInto('packages').values(row).execute()
      await db.insertInto('owners').values({ package_id: row.id, account_id: ownerId }).execute()
      return toPackage(row)
    },

    async list(ecosystem, visibleTo, page) {
      let query = db.selectFrom('packages').selectAll().where('ecosystem', '=', ecosystem)
      if (visibleTo === 'public') query = query.where('visibility', '=', 'public')
      if (page !== undefined) query = query.where('normalised', '>', page.after).limit(page.limit)
      return (await query.orderBy('normalised').execute()).map(toPackage)
    },

    async setVisibility(packageId, visibility) {
      await db.updateTable('packages').set({ visibility }).where('id', '=', packageId).execute()
    },

    async owners(packageId) {
      const rows = await db
        .selectFrom('owners')
        .innerJoin('accounts', 'accounts.id', 'owners.account_id')
        .selectAll('accounts')
        .where('owners.package_id', '=', packageId)
        .orderBy('accounts.name')
        .execute()
      return rows.map(toAccount)
    },

    async addOwner(packageId, accountId) {
      await db
        .insertInto('owners')
        .values({ package_id: packageId, account_id: accountId })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },

    async removeOwner(packageId, accountId) {
      await db
        .deleteFrom('owners')
        .where('package_id', '=', packageId)
        .where('account_id', '=', accountId)
        .execute()
    },

    releases: (packageId) => releases(db, packageId),

    async release(packageId, version) {
      const [row] = (await releaseByVersion(db, { packageId, version })).rows
      if (row === undefined) return undefined
      const files = (await filesOfRelease(db, { packageId, releaseId: row.id })).rows
      return toRelease(row, files.map(toFile))
    },

    async addRelease(packageId, { version, manifest, publishedBy, signatures }) {
      const id = randomUUID()
      await insertRelease(db, {
        id,
        package_id: packageId,
        version,
        manifest: JSON.stringify(manifest),
        published_at: new Date().toISOString(),
        published_by: JSON.stringify(publishedBy),
        signatures: signatures === undefined ? null : JSON.stringify(signatures),
      })
      return id
    },

    async setManifest(releaseId, manifest) {
      await db
        .updateTable('releases')
        .set({ manifest: JSON.stringify(manifest) })
        .where('id', '=', releaseId)
        .execute()
    },

    async addFile(packageId, releaseId, file) {
      await recordSmallBlob(db, file.blob, unrecorded)
      if (file.metadata !== undefined) await recordSmallBlob(db, file.metadata.blob, unrecorded)
      await insertFile(db, {
        package_id: packageId,
        release_id: releaseId,
        filename: file.filename,
        kind: file.kind,
        size: file.size,
        digests: JSON.stringify(file.digests),
        blob: file.blob,
        metadata_blob: file.metadata?.blob ?? null,
        metadata_sha256: file.metadata?.sha256 ?? null,
        requires_python: file.requiresPython ?? null,
        yanked: file.yanked ?? null,
        uploaded_at: file.uploadedAt,
        predicates: file.predicates === undefined ? null : JSON.stringify(file.predicates),
      })
    },

    async file(packageId, filename) {
      const [row] = (await fileByName(db, { packageId, filename })).rows
      return row && toFile(row)
    },

    async setYanked(packageId, version, reason) {
      await db
        .updateTable('files')
        .set({ yanked: reason ?? null })
        .where('release_id', 'in', (query) =>
          query
            .selectFrom('releases')
            .select('id')
            .where('package_id', '=', packageId)
            .where('version', '=', version),
        )
        .execute()
    },

    async tags(packageId) {
      const rows = await db
        .selectFrom('dist_tags')
        .select(['tag', 'version'])
        .where('package_id', '=', packageId)
        .orderBy('tag')
        .execute()
      return Object.fromEntries(rows.map((row) => [row.tag, row.version]))
    },

    async setTag(packageId, tag, version) {
      await upsertTag(db, { package_id: packageId, tag, version })
    },

    async removeTag(packageId, tag) {
      await db
        .deleteFrom('dist_tags')
        .where('package_id', '=', packageId)
        .where('tag', '=', tag)
        .execute()
    },

    async touch(packageId) {
      await raiseRevision(db, { packageId, now: new Date().toISOString() })
    },

    async orphans(blobs) {
      if (blobs.length === 0) return []
      const rows = await db
        .selectFrom('files')
        .select(['blob', 'metadata_blob'])
        .where((is) => is.or([is('blob', 'in', blobs), is('metadata_blob', 'in', blobs)]))
        // In the same statement: a version that is approved meanwhile is found in one place or in the other.
        .unionAll((is) =>
          is
            .selectFrom('staged_versions')
            .select(['blob', 'blob as metadata_blob'])
            .where('blob', 'in', blobs),
        )
        .execute()
      const used = new Set(rows.flatMap((row) => [row.blob, row.metadata_blob]))
      return blobs.filter((blob) => !used.has(blob))
    },
  }
}

async function releases(db: Db, packageId: string): Promise<Release[]> {
  const rows = await db
    .selectFrom('releases')
    .selectAll()
    .where('package_id', '=', packageId)
    .orderBy('published_at')
    .execute()
  const files = await db
    .selectFrom('files')
    .selectAll()
    .where('package_id', '=', packageId)
    .orderBy('filename')
    .execute()
  const byRelease = new Map<string, ReleaseFile[]>()
  for (const file of files) {
    const list = byRelease.get(file.release_id) ?? []
    list.push(toFile(file))
    byRelease.set(file.release_id, list)
  }
  return rows.map((row) => toRelease(row, byRelease.get(row.id) ?? []))
}

type Row<Table extends keyof Schema> = Selectable<Schema[Table]>

const packageByName = prepared<Pick<PackageName, 'ecosystem' | 'normalised'>, Row<'packages'>>(
  (db, value) =>
    db
      .selectFrom('packages')
      .selectAll()
      .where('ecosystem', '=', value('ecosystem'))
      .where('normalised', '=', value('normalised')),
)

const releaseByVersion = prepared<{ packageId: string; version: string }, Row<'releases'>>(
  (db, value) =>
    db
      .selectFrom('releases')
      .selectAll()
      .where('package_id', '=', value('packageId'))
      .where('version', '=', value('version')),
)

// The package is named too, since the table is ordered by it.
const filesOfRelease = prepared<{ packageId: string; releaseId: string }, Row<'files'>>(
  (db, value) =>
    db
      .selectFrom('files')
      .selectAll()
      .where('package_id', '=', value('packageId'))
      .where('release_id', '=', value('releaseId')),
)

const fileByName = prepared<{ packageId: string; filename: string }, Row<'files'>>((db, value) =>
  db
    .selectFrom('files')
    .selectAll()
    .where('package_id', '=', value('packageId'))
    .where('filename', '=', value('filename')),
)

const insertRelease = insertion('releases')
const insertFile = insertion('files')

const upsertTag = prepared<Schema['dist_tags']>((db, value) => {
  const version = value('version')
  return db
    .insertInto('dist_tags')
    .values({ package_id: value('package_id'), tag: value('tag'), version })
    .onConflict((conflict) => conflict.columns(['package_id', 'tag']).doUpdateSet({ version }))
})

const raiseRevision = prepared<{ packageId: string; now: string }>((db, value) =>
  db
    .updateTable('packages')
    .set((is) => ({ revision: is('revision', '+', 1), updated_at: value('now') }))
    .where('id', '=', value('packageId')),
)
