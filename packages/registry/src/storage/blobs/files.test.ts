import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Blobs } from '../../domain/ports.ts'
import { blobsContract } from './blobs.contract.ts'
import { openFileBlobs } from './files.ts'

async function makeBlobs(): Promise<{ root: string; blobs: Blobs; remove: () => Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'blobs-'))
  return { root, blobs: await openFileBlobs(root), remove: () => rm(root, { recursive: true }) }
}

blobsContract('files', makeBlobs)

describe('a blob store on files', () => {
  it('lists no file that is none of its own', async () => {
    const { root, blobs, remove } = await makeBlobs()
    await mkdir(join(root, '00'))
    await mkdir(join(root, 'lost+found'))
    await writeFile(join(root, '00', 'notes.txt'), '')
    const batches: string[] = []
    for await (const batch of blobs.list(new Date(Date.now() + 60_000))) batches.push(...batch)
    expect(batches).toEqual([])
    await remove()
  })

  it('goes on listing while another process removes', async () => {
    const { root, blobs, remove } = await makeBlobs()
    const keys = await Promise.all(
      Array.from({ length: 300 }, async () => {
        const writer = await blobs.create([])
        await writer.finish()
        return writer.key
      }),
    )
    const removing = Promise.all(keys.map((key) => blobs.remove(key)))
    for await (const _ of blobs.list(new Date(Date.now() + 60_000)));
    await removing
    const left = await readdir(root, { recursive: true, withFileTypes: true })
    expect(left.filter((entry) => entry.isFile())).toEqual([])
    await remove()
  })
})
