import { fileURLToPath } from 'node:url'
import type { Blobs } from '../../domain/ports.ts'
import { openFileBlobs } from './files.ts'

/** The blob stores, by the scheme of their URL. */
export const BLOB_STORES: Readonly<Record<string, (url: URL) => Promise<Blobs>>> = {
  'file:': (url) => openFileBlobs(fileURLToPath(url)),
}
