import type { Migration } from 'kysely'
import { initial } from './0001-initial.ts'
import { signatures } from './0002-signatures.ts'
import { staging } from './0003-staging.ts'

/** Every migration, in the order in which they are applied. One that was released is never edited. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-initial': initial,
  '0002-signatures': signatures,
  '0003-staging': staging,
}
