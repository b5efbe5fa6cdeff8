import { Migrator } from 'kysely'
import type { Store } from '../domain/ports.ts'
import type { UnrecordedBlobs } from './blobs/small.ts'
import type { Database } from './databases/database.ts'
import { MIGRATIONS } from './migrations/index.ts'
import type { Db } from './schema.ts'
import { accountStore, issuerStore } from './tables/accounts.ts'
import { attestationStore } from './tables/attestations.ts'
import { logStore } from './tables/log.ts'
import { packageStore } from './tables/packages.ts'
import { publisherStore } from './tables/publishers.ts'
import { signingKeyStore } from './tables/signing-keys.ts'
import { readSmallBlob } from './tables/small-blobs.ts'
import { stagingStore } from './tables/staging.ts'
import { tokenStore } from './tables/tokens.ts'

/** Brings the tables of an open database up to date; one that cannot be is closed. */
export async function migrate(database: Database): Promise<Database> {
  const migrator = new Migrator({
    db: database.db,
    provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
  })
  const { error } = await migrator.migrateToLatest()
  if (error === undefined) return database
  await database.db.destroy()
  throw error
}

/** The store on an open database, and its way to read small blobs. */
export function storeOn(
  { db, transaction }: Database,
  unrecorded: UnrecordedBlobs,
): { readonly store: Store; readonly smallBlob: (key: string) => Promise<Uint8Array | undefined> } {
  const parts = (on: Db) => ({
    packages: packageStore(on, unrecorded),
    publishers: publisherStore(on),
    tokens: tokenStore(on),
    accounts: accountStore(on),
    issuers: issuerStore(on),
    signingKeys: signingKeyStore(on),
    attestations: attestationStore(on),
    staging: stagingStore(on, unrecorded),
    log: logStore(on),
    close: () => db.destroy(),
  })
  return {
    store: {
      ...parts(db),
      transaction: (work) =>
        transaction((tx) => work({ ...parts(tx), transaction: noTransaction })),
    },
    smallBlob: (key) => readSmallBlob(db, key),
  }
}

function noTransaction(): never {
  throw new Error('A transaction cannot begin within another')
}
