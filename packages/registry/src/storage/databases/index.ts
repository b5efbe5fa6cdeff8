import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Db } from '../schema.ts'
import { openSqlite } from './sqlite.ts'

/** The databases, by the scheme of their URL. */
export const DATABASES: Readonly<Record<string, (url: URL) => Db>> = {
  'file:': (url) => {
    const path = fileURLToPath(url)
    mkdirSync(dirname(path), { recursive: true })
    return openSqlite(path)
  },
}
