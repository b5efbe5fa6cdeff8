import {
  Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteStatement,
} from 'kysely'
import Database from 'libsql'
import type { Db, Schema } from '../schema.ts'

/** How long a write waits for another process's write before it gives up. */
const BUSY_TIMEOUT_MS = 10_000
/** More distinct statements than the store has; a bound all the same. */
const MAX_STATEMENTS = 500

/**
 * Opens an SQLite file so that a confirmed write survives a power failure: write-ahead log, synchronous FULL.
 * Several processes may open the same file.
 */
export function openSqlite(path: string): Db {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.pragma('foreign_keys = ON')
  database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`)
  return new Kysely<Schema>({ dialect: new Dialect({ database: new Prepared(database) }) })
}

class Dialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new Adapter()
  }
}

/** Migrates in one transaction: all or nothing if the process dies, one after the other if two begin at once. */
class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): true {
    return true
  }
}

/** Keeps prepared statements, and begins every transaction as a writer. */
class Prepared implements SqliteDatabase {
  readonly #database: Database.Database
  readonly #statements = new Map<string, SqliteStatement>()

  constructor(database: Database.Database) {
    this.#database = database
  }

  prepare(sql: string): SqliteStatement {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    // A transaction that begins as a reader cannot become a writer once another process has written.
    const statement = this.#database.prepare(
      sql === 'begin' ? 'begin immediate' : sql,
    ) as SqliteStatement
    if (this.#statements.size < MAX_STATEMENTS) this.#statements.set(sql, statement)
    return statement
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }
}
