import { mkdir, mkdtemp, readdir, readlink, rm, stat, writeFile } from 'node:fs/promises'
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

/** The files below `root` that this process has open. */
async function openFiles(root: string): Promise<string[]> {
  const descriptors = await readdir('/proc/self/fd')
  const paths = descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''))
  return (await Promise.all(paths)).filter((path) => path.startsWith(root))
}

describe('a blob store on files', () => {
  it.skipIf(process.platform !== 'linux')('keeps no file open that nobody reads on', async () => {
    const { root, blobs, remove } = await makeBlobs()
    const writer = await blobs.create([])
    await writer.write(Buffer.alloc(1024 * 1024))
    await writer.finish()
    await blobs.read(writer.key)
    const begun = await blobs.read(writer.key)
    await begun?.[Symbol.asyncIterator]().next()
    expect(await openFiles(root)).toEqual([])
    await remove()
  })

  it.skipIf(process.platform === 'win32')('is closed to other users of the machine', async () => {
    const { root, remove } = await makeBlobs()
    const blobs = await openFileBlobs(join(root, 'made', 'here'))
    const writer = await blobs.create([])
    await writer.finish()
    const folders = ['made', 'made/here', `made/here/${writer.key.slice(0, 2)}`]
    const modes = folders.map(async (folder) => (await stat(join(root, folder))).mode & 0o777)
    expect(await Promise.all(modes)).toEqual([0o700, 0o700, 0o700])
    await remove()
  })

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
