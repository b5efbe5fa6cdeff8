import type { Db } from '../schema.ts'

/** An open database: the query builder on it, and its way to run a transaction. */
export interface Database {
  readonly db: Db
  /** All of `work` is kept, durably, or none. The promise settles after the commit. */
  readonly transaction: <T>(work: (tx: Db) => Promise<T>) => Promise<T>
}
