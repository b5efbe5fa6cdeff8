import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Blobs, ByteRange } from '../../domain/ports.ts'
import { openFileBlobs } from './files.ts'
import { UnrecordedBlobs, withSmallBlobs } from './small.ts'

async function makeBlobs(recorded: ReadonlyMap<string, Uint8Array>) {
  const folder = await mkdtemp(join(tmpdir(), 'small-blobs-'))
  const unrecorded = new UnrecordedBlobs()
  const blobs = withSmallBlobs(await openFileBlobs(folder), unrecorded, async (key) =>
    recorded.get(key),
  )
  return { blobs, unrecorded, folder, remove: () => rm(folder, { recursive: true }) }
}

describe('a small blob', () => {
  const recorded = new Map<string, Uint8Array>()
  let made: Awaited<ReturnType<typeof makeBlobs>>
  let blobs: Blobs

  beforeEach(async () => {
    recorded.clear()
    made = await makeBlobs(recorded)
    blobs = made.blobs
  })
  afterEach(() => made.remove())

  const put = async (size: number) => {
    const writer = await blobs.create(['sha256'])
    await writer.write(Buffer.alloc(size / 2, 'a'))
    await writer.write(Buffer.alloc(size / 2, 'b'))
    await writer.finish()
    return writer
  }
  const read = async (key: string, range?: ByteRange) => {
    const chunks: Uint8Array[] = []
    const bytes = await blobs.read(key, range)
    for await (const chunk of bytes ?? []) chunks.push(chunk)
    return bytes && Buffer.concat(chunks).toString()
  }
  const files = async () =>
    (await readdir(made.folder, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    )

  it('makes no file, and one byte more than 64 KiB makes one', async () => {
    await put(64 * 1024)
    expect(await files()).toEqual([])
    const large = await put(64 * 1024 + 2)
    expect((await files()).map(({ name }) => name)).toEqual([large.key])
  })

  it('can be read before its file is recorded, and after', async () => {
    const { key } = await put(4)
    expect(await read(key)).toBe('aabb')
    expect(await read(key, { start: 1, end: 2 })).toBe('ab')
    recorded.set(key, made.unrecorded.get(key) ?? Buffer.alloc(0))
    made.unrecorded.remove(key)
    expect(await read(key, { start: 2, end: 9 })).toBe('bb')
  })

  it('is gone once it is discarded', async () => {
    const writer = await put(4)
    await writer.discard()
    expect(await read(writer.key)).toBeUndefined()
  })

  it('is removed before it is recorded; afterwards it goes with its row', async () => {
    const { key } = await put(4)
    await blobs.remove(key)
    expect(await read(key)).toBeUndefined()
    const recordedKey = (await put(4)).key
    recorded.set(recordedKey, Buffer.from('aabb'))
    await blobs.remove(recordedKey)
    expect(await read(recordedKey)).toBe('aabb')
    const large = await put(64 * 1024 + 2)
    await blobs.remove(large.key)
    expect(await files()).toEqual([])
  })
})
