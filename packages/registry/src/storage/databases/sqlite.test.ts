import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Migrator, sql } from 'kysely'
import Database from 'libsql'
import { describe, expect, it } from 'vitest'
import { openStore } from '../../testing.ts'
import { MIGRATIONS } from '../migrations/index.ts'
import { storeContract } from '../store.contract.ts'
import { openSqlite } from './sqlite.ts'

async function makeFolder(): Promise<{ path: string; url: URL; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'registry-'))
  const path = join(folder, 'registry.db')
  return { path, url: pathToFileURL(path), remove: () => rm(folder, { recursive: true }) }
}

storeContract('SQLite', makeFolder)

describe('SQLite', () => {
  it('is opened so that what was confirmed survives a power failure', async () => {
    const { path, remove } = await makeFolder()
    const { db } = openSqlite(path)
    const pragma = async (name: string) => {
      const { rows } = await sql.raw<Record<string, unknown>>(`pragma ${name}`).execute(db)
      return Object.values(rows[0] ?? {})[0]
    }
    expect([await pragma('journal_mode'), await pragma('synchronous')]).toEqual(['wal', 2])
    expect([await pragma('foreign_keys'), await pragma('busy_timeout')]).toEqual([1, 10_000])
    await db.destroy()
    await remove()
  })

  it('has the npm releases of a registry from before signatures wait for theirs', async () => {
    const { path, url, remove } = await makeFolder()
    const { db } = openSqlite(path)
    const provider = { getMigrations: async () => ({ ...MIGRATIONS }) }
    await new Migrator({ db, provider }).migrateTo('0001-initial')
    for (const ecosystem of ['npm', 'pypi']) {
      await sql`insert into packages values
        (${ecosystem}, ${ecosystem}, 'w', 'w', 'public', 1, '', '')`.execute(db)
      await sql`insert into releases values
        (${ecosystem}, ${ecosystem}, '1.0.0', '{}', '', '{}')`.execute(db)
      await sql`insert into files values
        (${ecosystem}, ${ecosystem}, 'f', 'wheel', 1, '{}', 'b', '', null, null, null, null)`.execute(
        db,
      )
    }
    await db.destroy()
    const store = await openStore(url)
    expect((await store.signingKeys.unsigned(10)).map(({ id }) => id)).toEqual(['npm'])
    expect(await store.packages.file('npm', 'f')).not.toHaveProperty('predicates')
    await store.close()
    await remove()
  })

  it('makes all tables or none, so that a start which was interrupted can be repeated', async () => {
    const { path, url, remove } = await makeFolder()
    const obstacle = new Database(path)
    obstacle.exec('create table audit_events (unrelated text)')
    await expect(openStore(url)).rejects.toThrow(/audit_events/)
    obstacle.exec('drop table audit_events')
    obstacle.close()
    const store = await openStore(url)
    expect(await store.accounts.list()).toEqual([])
    await store.close()
    await remove()
  })
})
