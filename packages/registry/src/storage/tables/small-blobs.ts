import type { Selectable } from 'kysely'
import type { UnrecordedBlobs } from '../blobs/small.ts'
import { insertion, prepared } from '../prepared.ts'
import type { Db, Schema } from '../schema.ts'

/** Keeps the content of a small blob together with the file that refers to it; large ones are files already. */
export async function recordSmallBlob(
  db: Db,
  key: string,
  unrecorded: UnrecordedBlobs,
): Promise<void> {
  const content = unrecorded.get(key)
  if (content === undefined) return
  await insertSmallBlob(db, { key, content })
  unrecorded.remove(key)
}

/** The content of a small blob whose file is recorded. */
export async function readSmallBlob(db: Db, key: string): Promise<Uint8Array | undefined> {
  const content = (await smallBlobByKey(db, { key })).rows[0]?.content
  // libsql gives an ArrayBuffer.
  return content && new Uint8Array(content)
}

/** Takes the content of a small blob away; nothing happens if the blob is a large one. */
export async function removeSmallBlob(db: Db, key: string): Promise<void> {
  await db.deleteFrom('small_blobs').where('key', '=', key).execute()
}

const insertSmallBlob = insertion('small_blobs')

const smallBlobByKey = prepared<{ key: string }, Selectable<Schema['small_blobs']>>((db, value) =>
  db.selectFrom('small_blobs').selectAll().where('key', '=', value('key')),
)
