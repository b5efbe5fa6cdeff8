import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Database } from './database.ts'
import { openSqlite } from './sqlite.ts'

/** The databases, by the scheme of their URL. */
export const DATABASES: Readonly<Record<string, (url: URL) => Database>> = {
  'file:': (url) => {
    const path = fileURLToPath(url)
    // It holds restricted packages' manifests and hashes of tokens: not for other users of the machine.
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    return openSqlite(path)
  },
}
