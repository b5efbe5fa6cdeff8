import { randomUUID } from 'node:crypto'
import type { Issuer } from '@trustpub/identity'
import type { Selectable } from 'kysely'
import type { AccountStore, IssuerStore } from '../../domain/ports.ts'
import { prepared } from '../prepared.ts'
import { toAccount } from '../rows.ts'
import type { Db, Schema } from '../schema.ts'

export function accountStore(db: Db): AccountStore {
  return {
    async create(name, role) {
      const row = { id: randomUUID(), name, role, created_at: new Date().toISOString() }
      await db.insertInto('accounts').values(row).execute()
      return toAccount(row)
    },

    async byName(name) {
      const row = await db
        .selectFrom('accounts')
        .selectAll()
        .where('name', '=', name)
        .executeTakeFirst()
      return row && toAccount(row)
    },

    async list() {
      return (await db.selectFrom('accounts').selectAll().orderBy('name').execute()).map(toAccount)
    },

    async setting(name) {
      const row = await db
        .selectFrom('settings')
        .select('value')
        .where('name', '=', name)
        .executeTakeFirst()
      return row?.value
    },

    async setSetting(name, value) {
      if (value === undefined) {
        await db.deleteFrom('settings').where('name', '=', name).execute()
        return
      }
      await db
        .insertInto('settings')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute()
    },
  }
}

export function issuerStore(db: Db): IssuerStore {
  return {
    async list() {
      return (await db.selectFrom('issuers').selectAll().orderBy('url').execute()).map(toIssuer)
    },

    async find(url) {
      const [row] = (await issuerByUrl(db, { url })).rows
      return row && toIssuer(row)
    },

    async create({ url, provider, allowPrivateNetwork }) {
      await db
        .insertInto('issuers')
        .values({ url, provider, allow_private_network: allowPrivateNetwork ? 1 : 0 })
        .execute()
    },

    async remove(url) {
      await db.deleteFrom('issuers').where('url', '=', url).execute()
    },
  }
}

const issuerByUrl = prepared<{ url: string }, Selectable<Schema['issuers']>>((db, value) =>
  db.selectFrom('issuers').selectAll().where('url', '=', value('url')),
)

function toIssuer(row: Selectable<Schema['issuers']>): Issuer {
  return {
    url: row.url,
    provider: row.provider,
    allowPrivateNetwork: row.allow_private_network === 1,
  }
}
