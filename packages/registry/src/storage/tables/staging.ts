import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { Package } from '../../domain/model.ts'
import type { StagingStore } from '../../domain/ports.ts'
import type { UnrecordedBlobs } from '../blobs/small.ts'
import { insertion, prepared } from '../prepared.ts'
import { toPackage, toStagedSummary, toStagedVersion } from '../rows.ts'
import type { Db, Schema } from '../schema.ts'
import { recordSmallBlob, removeSmallBlob } from './small-blobs.ts'

export function stagingStore(db: Db, unrecorded: UnrecordedBlobs): StagingStore {
  return {
    async add({ packageId, version, manifest, tags, file, attested, stagedAt, stagedBy }) {
      const id = randomUUID()
      await recordSmallBlob(db, file.blob, unrecorded)
      await insertStaged(db, {
        id,
        package_id: packageId,
        version,
        manifest: JSON.stringify(manifest),
        tags: JSON.stringify(tags),
        filename: file.filename,
        size: file.size,
        digests: JSON.stringify(file.digests),
        blob: file.blob,
        predicates: file.predicates === undefined ? null : JSON.stringify(file.predicates),
        attested: attested === undefined ? null : JSON.stringify(attested),
        staged_at: stagedAt,
        staged_by: JSON.stringify(stagedBy),
      })
      return id
    },

    async find(id) {
      const rows = await db.selectFrom('staged_versions').selectAll().where('id', '=', id).execute()
      return (await withPackages(db, rows, toStagedVersion))[0]
    },

    async ofVersion(packageId, version) {
      const { rows } = await stagedByVersion(db, { packageId, version })
      return (await withPackages(db, rows, toStagedVersion))[0]
    },

    async count(packageId) {
      const { rows } = await countOfPackage(db, { packageId })
      return Number(rows[0]?.count)
    },

    async list({ ownerId, package: name, since, offset, limit }) {
      let query = db
        .selectFrom('staged_versions as s')
        .innerJoin('packages as p', 'p.id', 's.package_id')
        .where('s.staged_at', '>=', since.toISOString())
      if (name !== undefined) query = query.where('p.normalised', '=', name)
      if (ownerId !== undefined) {
        query = query.where((is) =>
          is.exists(
            is
              .selectFrom('owners as o')
              .select('o.package_id')
              .whereRef('o.package_id', '=', 'p.id')
              .where('o.account_id', '=', ownerId),
          ),
        )
      }
      const { count } = await query
        .select((all) => all.fn.countAll<number | string>().as('count'))
        .executeTakeFirstOrThrow()
      const rows = await query
        .select(SUMMARY.map((column) => `s.${column}` as const))
        .orderBy('s.staged_at', 'desc')
        .orderBy('s.id')
        .limit(limit)
        .offset(offset)
        .execute()
      return { total: Number(count), versions: await withPackages(db, rows, toStagedSummary) }
    },

    async stagedBefore(before, limit) {
      const rows = await db
        .selectFrom('staged_versions')
        .select(SUMMARY)
        .where('staged_at', '<', before.toISOString())
        .orderBy('staged_at')
        .limit(limit)
        .execute()
      return withPackages(db, rows, toStagedSummary)
    },

    async release(id) {
      await db.deleteFrom('staged_versions').where('id', '=', id).execute()
    },

    async discard(id) {
      const found = await db
        .selectFrom('staged_versions')
        .select('blob')
        .where('id', '=', id)
        .executeTakeFirst()
      if (found === undefined) return
      await db.deleteFrom('staged_versions').where('id', '=', id).execute()
      await removeSmallBlob(db, found.blob)
    },
  }
}

type Row = Selectable<Schema['staged_versions']>

/** All columns but the large ones. */
const SUMMARY = [
  'id',
  'package_id',
  'version',
  'tags',
  'filename',
  'size',
  'digests',
  'blob',
  'predicates',
  'staged_at',
  'staged_by',
] as const satisfies readonly (keyof Row)[]

async function withPackages<R extends Pick<Row, 'package_id'>, Staged>(
  db: Db,
  rows: readonly R[],
  toStaged: (row: R, pkg: Package) => Staged,
): Promise<readonly Staged[]> {
  if (rows.length === 0) return []
  const ids = [...new Set(rows.map((row) => row.package_id))]
  const packages = await db.selectFrom('packages').selectAll().where('id', 'in', ids).execute()
  const byId = new Map(packages.map((row) => [row.id, toPackage(row)]))
  return rows.flatMap((row) => {
    const pkg = byId.get(row.package_id)
    return pkg === undefined ? [] : [toStaged(row, pkg)]
  })
}

const insertStaged = insertion('staged_versions')

// Asked at every publish.
const stagedByVersion = prepared<{ packageId: string; version: string }, Row>((db, value) =>
  db
    .selectFrom('staged_versions')
    .selectAll()
    .where('package_id', '=', value('packageId'))
    .where('version', '=', value('version')),
)

const countOfPackage = prepared<{ packageId: string }, { count: number | string }>((db, value) =>
  db
    .selectFrom('staged_versions')
    .select((all) => all.fn.countAll<number | string>().as('count'))
    .where('package_id', '=', value('packageId')),
)
