import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Db } from '../schema.ts'
import type { Database } from './database.ts'
import { openSqlite } from './sqlite.ts'

let folder: string
let database: Database

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shared-commits-'))
  database = openSqlite(join(folder, 'test.db'))
  await sql`create table numbers (n integer primary key)`.execute(database.db)
})

afterEach(async () => {
  await database.db.destroy()
  await rm(folder, { recursive: true })
})

const add = (n: number) => async (tx: Db) => {
  await sql`insert into numbers values (${n})`.execute(tx)
  return n
}

const count = async (db: Db): Promise<unknown> => {
  const { rows } = await sql<{ n: number }>`select count(*) as n from numbers`.execute(db)
  return rows[0]?.n
}

describe('transactions that share a commit', () => {
  it('each give their own result', async () => {
    const numbers = [1, 2, 3, 4, 5]
    expect(await Promise.all(numbers.map((n) => database.transaction(add(n))))).toEqual(numbers)
    expect(await count(database.db)).toBe(5)
  })

  it('fail alone, with nothing of the failed one kept', async () => {
    const failing = database.transaction(async (tx) => {
      await add(2)(tx)
      throw new Error('changed my mind')
    })
    const outcomes = await Promise.allSettled([
      database.transaction(add(1)),
      failing,
      database.transaction(add(3)),
      database.transaction(add(3)),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
    ])
    expect(await count(database.db)).toBe(2)
  })

  it('see what those before them did', async () => {
    const seen = await Promise.all([
      database.transaction(add(1)),
      database.transaction((tx) => count(tx)),
    ])
    expect(seen).toEqual([1, 1])
  })

  it('all fail if the commit does', async () => {
    const other = openSqlite(join(folder, 'test.db'))
    await sql`pragma busy_timeout = 10`.execute(database.db)
    await sql`begin immediate`.execute(other.db)
    const outcomes = await Promise.allSettled([1, 2].map((n) => database.transaction(add(n))))
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await sql`rollback`.execute(other.db)
    expect(await database.transaction(add(1))).toBe(1)
    await other.db.destroy()
  })
})
