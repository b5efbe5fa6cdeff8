import { type FileHandle, open } from 'node:fs/promises'
import { inflateRawSync } from 'node:zlib'

/** Records of the format (APPNOTE.TXT 4.3): signature and length of the fixed part. */
const LOCAL = { signature: 0x04034b50, length: 30 }
const CENTRAL = { signature: 0x02014b50, length: 46 }
const END = { signature: 0x06054b50, length: 22 }

/** A comment of up to 64 KiB may follow the end record. */
const MAX_END = END.length + 0xffff
/** 65,535 entries with long paths. */
const MAX_DIRECTORY_BYTES = 16 * 1024 * 1024
/** Of the one file that is read: a wheel's METADATA. */
const MAX_FILE_BYTES = 8 * 1024 * 1024

const STORED = 0
const DEFLATED = 8

/**
 * Reads the one file of a zip archive whose path `wanted` accepts, without reading the rest of the archive. The
 * registry checks archives thoroughly; this only finds what is needed to send one.
 * @throws Error in half a sentence
 */
export async function readFromZip(
  file: string,
  wanted: (path: string) => boolean,
): Promise<Buffer | undefined> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const directory = await readDirectory(handle, size)
    const entry = findEntry(directory, wanted)
    return entry === undefined ? undefined : await readEntry(handle, entry)
  } finally {
    await handle.close()
  }
}

async function readDirectory(handle: FileHandle, size: number): Promise<Buffer> {
  const tailLength = Math.min(size, MAX_END)
  const tail = await read(handle, size - tailLength, tailLength)
  const at = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  if (at === -1 || at + END.length > tail.length) throw new Error('it is no zip archive')
  const length = tail.readUInt32LE(at + 12)
  const offset = tail.readUInt32LE(at + 16)
  if (length > MAX_DIRECTORY_BYTES || offset + length > size) {
    throw new Error('its directory is damaged, or it needs zip64, which no index accepts')
  }
  return read(handle, offset, length)
}

interface Entry {
  readonly method: number
  readonly packedSize: number
  readonly size: number
  readonly offset: number
}

function findEntry(directory: Buffer, wanted: (path: string) => boolean): Entry | undefined {
  let at = 0
  while (at + CENTRAL.length <= directory.length) {
    if (directory.readUInt32LE(at) !== CENTRAL.signature)
      throw new Error('its directory is damaged')
    const nameEnd = at + CENTRAL.length + directory.readUInt16LE(at + 28)
    if (wanted(directory.toString('utf8', at + CENTRAL.length, nameEnd))) {
      return {
        method: directory.readUInt16LE(at + 10),
        packedSize: directory.readUInt32LE(at + 20),
        size: directory.readUInt32LE(at + 24),
        offset: directory.readUInt32LE(at + 42),
      }
    }
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return undefined
}

async function readEntry(handle: FileHandle, entry: Entry): Promise<Buffer> {
  if (entry.size > MAX_FILE_BYTES || entry.packedSize > MAX_FILE_BYTES) {
    throw new Error(`its metadata has more than ${MAX_FILE_BYTES} bytes`)
  }
  const header = await read(handle, entry.offset, LOCAL.length)
  if (header.readUInt32LE(0) !== LOCAL.signature) throw new Error('its metadata is damaged')
  const start = entry.offset + LOCAL.length + header.readUInt16LE(26) + header.readUInt16LE(28)
  const packed = await read(handle, start, entry.packedSize)
  if (entry.method === STORED) return packed
  if (entry.method !== DEFLATED) throw new Error('its metadata is packed in an unknown way')
  return inflateRawSync(packed, { maxOutputLength: MAX_FILE_BYTES })
}

async function read(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await handle.read(buffer, done, length - done, position + done)
    if (bytesRead === 0) throw new Error('it is cut short')
    done += bytesRead
  }
  return buffer
}
