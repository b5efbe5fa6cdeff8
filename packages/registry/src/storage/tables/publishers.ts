import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { Ecosystem, PublisherLink } from '../../domain/model.ts'
import type { PublisherStore } from '../../domain/ports.ts'
import { prepared } from '../prepared.ts'
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
      return (await linksByKey(db, { issuer, lookupKey })).rows.map(toLink)
    },

    async byPackage(ecosystem, normalised) {
      return (await linksByPackage(db, { ecosystem, normalised })).rows.map(toLink)
    },

    async byPublisher(id) {
      return (await linksByPublisher(db, { id })).rows.map(toLink)
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

const links = (db: Db) => db.selectFrom('publisher_links').selectAll().orderBy('created_at')

const linksByKey = prepared<{ issuer: string; lookupKey: string }, LinkRow>((db, value) =>
  links(db).where('issuer', '=', value('issuer')).where('lookup_key', '=', value('lookupKey')),
)

const linksByPackage = prepared<{ ecosystem: Ecosystem; normalised: string }, LinkRow>(
  (db, value) =>
    links(db)
      .where('package_ecosystem', '=', value('ecosystem'))
      .where('package_normalised', '=', value('normalised')),
)

const linksByPublisher = prepared<{ id: string }, LinkRow>((db, value) =>
  links(db).where('id', '=', value('id')),
)

type LinkRow = Selectable<Schema['publisher_links']>

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
