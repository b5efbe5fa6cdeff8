import { randomUUID } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import type { Ecosystem, PublisherLink } from '../../domain/model.ts'
import type { PublisherStore } from '../../domain/ports.ts'
import { toPublisher } from '../rows.ts'
import type { Db, Schema } from '../schema.ts'

export function publisherStore(db: Db): PublisherStore {
  return {
    async create(publisher) {
      const row = {
        id: randomUUID(),
        provider: publisher.provider,
        issuer: publisher.issuer,
        lookup_key: publisher.lookupKey,
        fields: JSON.stringify(publisher.fields),
        pins: JSON.stringify(publisher.pins),
        permissions: JSON.stringify(publisher.permissions),
        created_by: publisher.createdBy,
        created_at: new Date().toISOString(),
        last_used_at: null,
      }
      await db.insertInto('trusted_publishers').values(row).execute()
      return toPublisher(row)
    },

    async find(id) {
      const row = await db
        .selectFrom('trusted_publishers')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst()
      return row && toPublisher(row)
    },

    async remove(id) {
      await db.deleteFrom('trusted_publishers').where('id', '=', id).execute()
    },

    async byKey(issuer, lookupKey) {
      const rows = await existingLinks(db)
        .where('trusted_publishers.issuer', '=', issuer)
        .where('trusted_publishers.lookup_key', '=', lookupKey)
        .unionAll(
          pendingLinks(db)
            .where('trusted_publishers.issuer', '=', issuer)
            .where('trusted_publishers.lookup_key', '=', lookupKey),
        )
        .orderBy('created_at')
        .execute()
      return rows.map(toLink)
    },

    async byPackage(ecosystem, normalised) {
      const rows = await existingLinks(db)
        .where('packages.ecosystem', '=', ecosystem)
        .where('packages.normalised', '=', normalised)
        .unionAll(
          pendingLinks(db)
            .where('pending_publishers.ecosystem', '=', ecosystem)
            .where('pending_publishers.normalised', '=', normalised),
        )
        .orderBy('created_at')
        .execute()
      return rows.map(toLink)
    },

    async byPublisher(id) {
      const rows = await existingLinks(db)
        .where('trusted_publishers.id', '=', id)
        .unionAll(pendingLinks(db).where('trusted_publishers.id', '=', id))
        .execute()
      return rows.map(toLink)
    },

    async link(publisherId, packageId) {
      await db
        .insertInto('publisher_packages')
        .values({ publisher_id: publisherId, package_id: packageId })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },

    async unlink(publisherId, packageId) {
      await db
        .deleteFrom('publisher_packages')
        .where('publisher_id', '=', publisherId)
        .where('package_id', '=', packageId)
        .execute()
    },

    async addPending(publisherId, { ecosystem, name, normalised }) {
      await db
        .insertInto('pending_publishers')
        .values({ publisher_id: publisherId, ecosystem, name, normalised })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },

    async removePending(publisherId, { ecosystem, normalised }) {
      await db
        .deleteFrom('pending_publishers')
        .where('publisher_id', '=', publisherId)
        .where('ecosystem', '=', ecosystem)
        .where('normalised', '=', normalised)
        .execute()
    },

    async dropPending({ ecosystem, normalised }) {
      await db
        .deleteFrom('pending_publishers')
        .where('ecosystem', '=', ecosystem)
        .where('normalised', '=', normalised)
        .execute()
    },

    async used(id, pins) {
      await db
        .updateTable('trusted_publishers')
        .set({ pins: JSON.stringify(pins), last_used_at: new Date().toISOString() })
        .where('id', '=', id)
        .execute()
    },
  }
}

/** Publishers with the packages they cover. */
function existingLinks(db: Db) {
  return db
    .selectFrom('trusted_publishers')
    .innerJoin('publisher_packages', 'publisher_packages.publisher_id', 'trusted_publishers.id')
    .innerJoin('packages', 'packages.id', 'publisher_packages.package_id')
    .selectAll('trusted_publishers')
    .select([
      'packages.ecosystem as package_ecosystem',
      'packages.name as package_name',
      'packages.normalised as package_normalised',
      sql.lit(0).as('pending'),
    ])
}

/** Publishers with the packages they will cover once those exist; same columns as {@link existingLinks}. */
function pendingLinks(db: Db) {
  return db
    .selectFrom('trusted_publishers')
    .innerJoin('pending_publishers', 'pending_publishers.publisher_id', 'trusted_publishers.id')
    .selectAll('trusted_publishers')
    .select([
      'pending_publishers.ecosystem as package_ecosystem',
      'pending_publishers.name as package_name',
      'pending_publishers.normalised as package_normalised',
      sql.lit(1).as('pending'),
    ])
}

interface LinkRow extends Selectable<Schema['trusted_publishers']> {
  readonly package_ecosystem: string
  readonly package_name: string
  readonly package_normalised: string
  readonly pending: number
}

function toLink(row: LinkRow): PublisherLink {
  return {
    publisher: toPublisher(row),
    package: {
      ecosystem: row.package_ecosystem as Ecosystem,
      name: row.package_name,
      normalised: row.package_normalised,
    },
    pending: row.pending === 1,
  }
}
