import { Migrator } from 'kysely'
import type { Store } from '../domain/ports.ts'
import { DATABASES } from './databases/index.ts'
import { MIGRATIONS } from './migrations/index.ts'
import type { Db } from './schema.ts'
import { accountStore, issuerStore } from './tables/accounts.ts'
import { logStore } from './tables/log.ts'
import { packageStore } from './tables/packages.ts'
import { publisherStore } from './tables/publishers.ts'
import { tokenStore } from './tables/tokens.ts'

/** Opens the database at `url` (`file:` for SQLite), brings its tables up to date and returns the store on it. */
export async function openStore(url: URL): Promise<Store> {
  const open = DATABASES[url.protocol]
  if (open === undefined) {
    throw new Error(
      `No database for ${url.protocol}// (known: ${Object.keys(DATABASES).join(', ')})`,
    )
  }
  const { db, transaction } = open(url)
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
  })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) {
    await db.destroy()
    throw error
  }
  return storeOn(db, (work) => transaction((tx) => work(storeOn(tx, noTransaction))))
}

function noTransaction(): never {
  throw new Error('A transaction cannot begin within another')
}

function storeOn(db: Db, transaction: Store['transaction']): Store {
  return {
    packages: packageStore(db),
    publishers: publisherStore(db),
    tokens: tokenStore(db),
    accounts: accountStore(db),
    issuers: issuerStore(db),
    log: logStore(db),
    transaction,
    close: () => db.destroy(),
  }
}
