import {
  Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteStatement,
} from 'kysely'
import Libsql from 'libsql'
import type { Schema } from '../schema.ts'
import type { Database } from './database.ts'
import { sharedCommits } from './shared-commits.ts'

/** How long a write waits for another process's write before it gives up. */
const BUSY_TIMEOUT_MS = 10_000
/** More distinct statements than the store has; a bound all the same. */
const MAX_STATEMENTS = 500

/**
 * Opens an SQLite file so that a confirmed write survives a power failure: write-ahead log, synchronous FULL.
 * Several processes may open the same file.
 */
export function openSqlite(path: string): Database {
  const database = new Libsql(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.pragma('foreign_keys = ON')
  database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`)
  const db = new Kysely<Schema>({ dialect: new Dialect({ database: new Prepared(database) }) })
  return { db, transaction: sharedCommits(db) }
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
  readonly #database: Libsql.Database
  readonly #statements = new Map<string, SqliteStatement>()

  constructor(database: Libsql.Database) {
    this.#database = database
  }

  prepare(sql: string): SqliteStatement {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    // A transaction that begins as a reader cannot become a writer once another process has written.
    const made = this.#database.prepare(sql === 'begin' ? 'begin immediate' : sql)
    // The driver works out anew at each use whether a statement gives rows.
    const statement: SqliteStatement = {
      reader: made.reader,
      all: (parameters) => made.all(parameters),
      run: (parameters) => made.run(parameters) as ReturnType<SqliteStatement['run']>,
      iterate: (parameters) => made.iterate(parameters) as IterableIterator<unknown>,
    }
    if (this.#statements.size < MAX_STATEMENTS) this.#statements.set(sql, statement)
    return statement
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }
}
