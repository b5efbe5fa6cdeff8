import type { Migration } from 'kysely'
import { initial } from './0001-initial.ts'

/** Every migration, in the order in which they are applied. One that was released is never edited. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = { '0001-initial': initial }
