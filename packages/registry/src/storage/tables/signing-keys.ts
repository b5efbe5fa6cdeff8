import type { Selectable } from 'kysely'
import type { SigningKeyStore, UnsignedRelease } from '../../domain/ports.ts'
import { prepared } from '../prepared.ts'
import { toSigningKey } from '../rows.ts'
import type { Db, Schema } from '../schema.ts'

export function signingKeyStore(db: Db): SigningKeyStore {
  return {
    async current() {
      const [row] = (await unexpired(db, {})).rows
      return row && toSigningKey(row)
    },

    async list() {
      const rows = await db
        .selectFrom('signing_keys')
        .selectAll()
        .orderBy('created_at', 'desc')
        .execute()
      return rows.map(toSigningKey)
    },

    async create({ keyid, publicKey, privateKey, createdAt }) {
      await db
        .insertInto('signing_keys')
        .values({
          keyid,
          public_key: publicKey,
          private_key: privateKey,
          created_at: createdAt,
          expires_at: null,
        })
        .execute()
    },

    async retire(expiresAt) {
      await db
        .updateTable('signing_keys')
        .set({ expires_at: expiresAt.toISOString() })
        .where('expires_at', 'is', null)
        .execute()
    },

    async unsigned(limit) {
      // Without the files: joined as well, SQLite would begin with all of them.
      const rows = await db
        .selectFrom('releases as r')
        .innerJoin('packages as p', 'p.id', 'r.package_id')
        .select(['r.id', 'r.version', 'r.package_id', 'p.normalised'])
        .where('r.signatures', 'is', null)
        .limit(limit)
        .execute()
      const unsigned: UnsignedRelease[] = []
      for (const { id, package_id: packageId, normalised: name, version } of rows) {
        const file = await db
          .selectFrom('files')
          .select('digests')
          .where('package_id', '=', packageId)
          .where('release_id', '=', id)
          .executeTakeFirst()
        const digests = JSON.parse(file?.digests ?? '{}') as UnsignedRelease['digests']
        unsigned.push({ id, packageId, name, version, digests })
      }
      return unsigned
    },

    async setSignatures(releaseId, signatures) {
      await db
        .updateTable('releases')
        .set({ signatures: JSON.stringify(signatures) })
        .where('id', '=', releaseId)
        .execute()
    },
  }
}

const unexpired = prepared<object, Selectable<Schema['signing_keys']>>((db) =>
  db.selectFrom('signing_keys').selectAll().where('expires_at', 'is', null),
)
