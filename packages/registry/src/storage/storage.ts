import type { Blobs, Store } from '../domain/ports.ts'
import { UnrecordedBlobs, withSmallBlobs } from './blobs/small.ts'
import type { Database } from './databases/database.ts'
import { migrate, storeOn } from './store.ts'

/** Everything that a registry remembers. */
export interface Storage {
  readonly store: Store
  readonly blobs: Blobs
}

/** Opens the database and puts it together with a blob store: the database takes the small blobs. */
export async function openStorage(large: Blobs, openDatabase: () => Database): Promise<Storage> {
  const unrecorded = new UnrecordedBlobs()
  const { store, smallBlob } = storeOn(await migrate(openDatabase()), unrecorded)
  return { store, blobs: withSmallBlobs(large, unrecorded, smallBlob) }
}
