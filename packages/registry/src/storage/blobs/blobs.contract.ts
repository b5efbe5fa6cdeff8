import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Blobs, ByteRange } from '../../domain/ports.ts'

const BYTES = Buffer.from('0123456789'.repeat(30_000))

/**
 * What every blob store must do. A test of another one is three lines: this function, called with a way to make an
 * empty store that is deleted by `remove`.
 */
export function blobsContract(
  kind: string,
  makeBlobs: () => Promise<{ readonly blobs: Blobs; readonly remove: () => Promise<void> }>,
): void {
  describe(`a blob store on ${kind}`, () => {
    let blobs: Blobs
    let remove: () => Promise<void>
    beforeEach(async () => {
      ;({ blobs, remove } = await makeBlobs())
    })
    afterEach(() => remove())

    const put = async (bytes: Buffer): Promise<string> => {
      const writer = await blobs.create([])
      for (let at = 0; at < bytes.length; at += 50_000)
        await writer.write(bytes.subarray(at, at + 50_000))
      await writer.finish()
      return writer.key
    }
    const read = async (key: string, range?: ByteRange): Promise<string | undefined> => {
      const chunks: Uint8Array[] = []
      const bytes = await blobs.read(key, range)
      for await (const chunk of bytes ?? []) chunks.push(chunk)
      return bytes && Buffer.concat(chunks).toString()
    }
    const list = async (before: Date): Promise<string[]> => {
      const keys: string[] = []
      for await (const batch of blobs.list(before)) keys.push(...batch)
      return keys.sort()
    }
    const later = () => new Date(Date.now() + 60_000)

    it('gives back what was written, and its size and digests', async () => {
      const writer = await blobs.create(['sha256', 'sha1'])
      await writer.write(BYTES.subarray(0, 7))
      await writer.write(BYTES.subarray(7))
      const digest = (algorithm: string) => createHash(algorithm).update(BYTES).digest('hex')
      expect(await writer.finish()).toEqual({
        size: BYTES.length,
        digests: { sha256: digest('sha256'), sha1: digest('sha1') },
      })
      expect(await read(writer.key)).toBe(BYTES.toString())
    })

    it('gives parts, both ends included', async () => {
      const key = await put(BYTES)
      expect(await read(key, { start: 0, end: 0 })).toBe('0')
      expect(await read(key, { start: 299_995, end: 299_999 })).toBe('56789')
      expect(await read(key, { start: 12, end: 15 })).toBe('2345')
    })

    it('holds empty blobs', async () => {
      expect(await read(await put(Buffer.alloc(0)))).toBe('')
    })

    it('uses no key twice', async () => {
      const keys = await Promise.all(Array.from({ length: 20 }, () => put(Buffer.from('same'))))
      expect(new Set(keys)).toHaveLength(20)
    })

    it('has nothing under a key that was never used', async () => {
      expect(await read('0'.repeat(32))).toBeUndefined()
      await expect(blobs.remove('0'.repeat(32))).resolves.toBeUndefined()
    })

    it.each(['', '../../etc/passwd', '0'.repeat(31), `${'0'.repeat(32)}/..`, 'A'.repeat(32)])(
      'takes no key that it did not make: %j',
      async (key) => {
        await expect(read(key)).rejects.toThrow('Not a blob key')
        await expect(Promise.resolve().then(() => blobs.remove(key))).rejects.toThrow(
          'Not a blob key',
        )
      },
    )

    it('forgets what is discarded, finished or not, and also twice', async () => {
      for (const finished of [true, false]) {
        const writer = await blobs.create(['sha256'])
        await writer.write(BYTES)
        if (finished) await writer.finish()
        await writer.discard()
        await writer.discard()
        expect(await read(writer.key)).toBeUndefined()
      }
      expect(await list(later())).toEqual([])
    })

    it('lists what was written before a time, and removes it', async () => {
      const keys = [await put(Buffer.from('a')), await put(Buffer.from('b'))].sort()
      expect(await list(new Date(Date.now() - 60_000))).toEqual([])
      expect(await list(later())).toEqual(keys)
      for (const key of keys) await blobs.remove(key)
      expect(await list(later())).toEqual([])
    })
  })
}
