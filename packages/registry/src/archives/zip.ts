import { isUtf8 } from 'node:buffer'
import { crc32, inflateRawSync } from 'node:zlib'
import { quoted } from '../invalid-upload.ts'
import { MalformedArchive } from './problem.ts'
import { checkRatio } from './ratio.ts'
import { pathProblem } from './safe-path.ts'

/** Bytes that can be read at any place, such as a file. `read` answers with fewer bytes only at the end. */
export interface RandomAccess {
  readonly size: number
  read(offset: number, length: number): Promise<Uint8Array>
}

/** One file of a zip archive; sizes are bytes. */
export interface ZipEntry {
  readonly path: string
  readonly method: number
  readonly crc: number
  readonly packedSize: number
  readonly size: number
  /** Of its local header, from the start of the archive. */
  readonly offset: number
}

/** Records of the format (APPNOTE.TXT 4.3): signature and length of the fixed part. */
const LOCAL = { signature: 0x04034b50, length: 30 }
const CENTRAL = { signature: 0x02014b50, length: 46 }
const END = { signature: 0x06054b50, length: 22 }

const STORED = 0
const DEFLATED = 8

/** The general purpose flags that may be set: compression level (bits 1, 2) and UTF-8 names (bit 11). */
const ALLOWED_FLAGS = 0x0806

/** An extra field that renames the entry for some readers only (APPNOTE.TXT 4.6.9). */
const UNICODE_PATH = 0x7075

/** Held in memory; 65,535 entries (the most without zip64) with long paths need about 10 MB. */
const MAX_DIRECTORY_SIZE = 16 * 1024 * 1024

/** Local headers of small files lie close together: one read serves many. */
const WINDOW = 64 * 1024

/** Unix file types in the upper half of a central record's external attributes. */
const FILE_TYPE_MASK = 0o170000
const SYMBOLIC_LINK = 0o120000

/**
 * Reads the directory of a zip archive and accepts only archives in which every reader finds the same files:
 * local headers and directory agree, one file follows the other from the first byte on without gaps, and
 * neither comments, data descriptors, encryption, links nor zip64 occur (PyPI refuses most of these too).
 * Throws MalformedArchive.
 */
export async function readZipDirectory(source: RandomAccess): Promise<readonly ZipEntry[]> {
  const end = await readEnd(source)
  const directory = await readExactly(source, end.offset, end.size)
  const entries: ZipEntry[] = []
  let at = 0
  for (let i = 0; i < end.count; i++) {
    const record = readCentralRecord(directory, at)
    entries.push(record.entry)
    at += record.length
  }
  if (at !== directory.length) throw new MalformedArchive('its directory has the wrong length')
  checkRatio(
    entries.reduce((sum, entry) => sum + entry.size, 0),
    source.size,
  )
  await checkLocalHeaders(source, entries, end.offset)
  return entries
}

/** Reads and unpacks one small file of the archive; throws MalformedArchive if it is larger than `limit`. */
export async function readZipEntry(
  source: RandomAccess,
  entry: ZipEntry,
  limit: number,
): Promise<Buffer> {
  const name = quoted(entry.path)
  if (entry.size > limit || entry.packedSize > limit) {
    throw new MalformedArchive(`${name} is larger than ${limit} bytes`)
  }
  const header = await readExactly(source, entry.offset, LOCAL.length)
  const start = entry.offset + LOCAL.length + header.readUInt16LE(26) + header.readUInt16LE(28)
  const packed = await readExactly(source, start, entry.packedSize)
  const content = entry.method === STORED ? packed : inflate(packed, entry)
  if (content.length !== entry.size || crc32(content) !== entry.crc) {
    throw new MalformedArchive(`${name} is damaged`)
  }
  return content
}

function inflate(packed: Buffer, entry: ZipEntry): Buffer {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.size) })
  } catch {
    throw new MalformedArchive(`${quoted(entry.path)} is damaged`)
  }
}

async function readEnd(
  source: RandomAccess,
): Promise<{ count: number; size: number; offset: number }> {
  // An archive comment, which would come last, is refused: so the record is exactly at the end.
  if (source.size < END.length) throw new MalformedArchive('it is not a zip archive')
  const record = await readExactly(source, source.size - END.length, END.length)
  if (record.readUInt32LE(0) !== END.signature) {
    throw new MalformedArchive('it is not a zip archive, or something follows the archive')
  }
  const count = record.readUInt16LE(10)
  const size = record.readUInt32LE(12)
  const offset = record.readUInt32LE(16)
  if (count === 0xffff || size === 0xffffffff || offset === 0xffffffff) {
    throw new MalformedArchive('it needs zip64, which is not accepted')
  }
  const oneDisk = record.readUInt32LE(4) === 0 && record.readUInt16LE(8) === count
  if (!oneDisk || offset + size !== source.size - END.length) {
    throw new MalformedArchive('its directory is not where its end record says')
  }
  if (size > MAX_DIRECTORY_SIZE) throw new MalformedArchive('its directory is too large')
  return { count, size, offset }
}

function readCentralRecord(directory: Buffer, at: number): { entry: ZipEntry; length: number } {
  if (at + CENTRAL.length > directory.length || directory.readUInt32LE(at) !== CENTRAL.signature) {
    throw new MalformedArchive('its directory is malformed')
  }
  const nameEnd = at + CENTRAL.length + directory.readUInt16LE(at + 28)
  const length = nameEnd - at + directory.readUInt16LE(at + 30)
  const name = directory.subarray(at + CENTRAL.length, nameEnd)
  if (at + length > directory.length) throw new MalformedArchive('its directory is malformed')
  checkExtra(directory.subarray(nameEnd, at + length))
  if (directory.readUInt16LE(at + 32) !== 0) throw new MalformedArchive('it has a comment')
  const entry = {
    path: readPath(name),
    method: directory.readUInt16LE(at + 10),
    crc: directory.readUInt32LE(at + 16),
    packedSize: directory.readUInt32LE(at + 20),
    size: directory.readUInt32LE(at + 24),
    offset: directory.readUInt32LE(at + 42),
  }
  checkKind(entry, directory.readUInt16LE(at + 8), directory.readUInt16LE(at + 40))
  return { entry, length }
}

function readPath(name: Buffer): string {
  if (!isUtf8(name)) throw new MalformedArchive('a file name is not UTF-8')
  const path = name.toString('utf8')
  const problem = pathProblem(path.endsWith('/') ? path.slice(0, -1) : path)
  if (problem !== undefined) throw new MalformedArchive(`the path ${quoted(path)} ${problem}`)
  return path
}

function checkKind(entry: ZipEntry, flags: number, mode: number): void {
  const name = quoted(entry.path)
  if ((flags & ~ALLOWED_FLAGS) !== 0) {
    throw new MalformedArchive(`${name} is encrypted or has a data descriptor`)
  }
  if (entry.method !== STORED && entry.method !== DEFLATED) {
    throw new MalformedArchive(`${name} is neither stored nor deflated`)
  }
  if (entry.method === STORED && entry.size !== entry.packedSize) {
    throw new MalformedArchive(`${name} is stored with two different sizes`)
  }
  if ((mode & FILE_TYPE_MASK) === SYMBOLIC_LINK) throw new MalformedArchive(`${name} is a link`)
}

function checkExtra(extra: Buffer): void {
  let at = 0
  while (at + 4 <= extra.length) {
    if (extra.readUInt16LE(at) === UNICODE_PATH) throw new MalformedArchive('it renames an entry')
    at += 4 + extra.readUInt16LE(at + 2)
  }
  if (at !== extra.length) throw new MalformedArchive('an extra field is malformed')
}

/** Installers that stream read the local headers, the others the directory: both must see the same. */
async function checkLocalHeaders(
  source: RandomAccess,
  entries: readonly ZipEntry[],
  directoryOffset: number,
): Promise<void> {
  const paths = new Set<string>()
  const reader = windowed(source)
  let expected = 0
  for (const entry of entries.toSorted((a, b) => a.offset - b.offset)) {
    const name = quoted(entry.path)
    if (paths.has(entry.path)) throw new MalformedArchive(`it has ${name} twice`)
    paths.add(entry.path)
    if (entry.offset !== expected) {
      throw new MalformedArchive(`there are bytes before ${name} that belong to no file`)
    }
    const header = await reader(entry.offset, LOCAL.length)
    const nameLength = header.readUInt16LE(26)
    const length = nameLength + header.readUInt16LE(28)
    const nameAndExtra = await reader(entry.offset + LOCAL.length, length)
    if (!agrees(header, nameAndExtra.subarray(0, nameLength), entry)) {
      throw new MalformedArchive(`the header and the directory disagree on ${name}`)
    }
    checkExtra(nameAndExtra.subarray(nameLength))
    expected += LOCAL.length + length + entry.packedSize
  }
  if (expected !== directoryOffset) {
    throw new MalformedArchive('there are bytes before its directory that belong to no file')
  }
}

function agrees(header: Buffer, path: Buffer, entry: ZipEntry): boolean {
  return (
    header.readUInt32LE(0) === LOCAL.signature &&
    (header.readUInt16LE(6) & ~ALLOWED_FLAGS) === 0 &&
    header.readUInt16LE(8) === entry.method &&
    header.readUInt32LE(14) === entry.crc &&
    header.readUInt32LE(18) === entry.packedSize &&
    header.readUInt32LE(22) === entry.size &&
    path.toString('utf8') === entry.path
  )
}

function windowed(source: RandomAccess): (offset: number, length: number) => Promise<Buffer> {
  let start = 0
  let window: Buffer = Buffer.alloc(0)
  return async (offset, length) => {
    if (offset < start || offset + length > start + window.length) {
      const size = Math.min(Math.max(WINDOW, length), source.size - offset)
      window = await readExactly(source, offset, size)
      start = offset
    }
    if (offset + length > start + window.length) throw new MalformedArchive('it is cut short')
    return window.subarray(offset - start, offset - start + length)
  }
}

async function readExactly(source: RandomAccess, offset: number, length: number): Promise<Buffer> {
  const bytes = offset + length <= source.size ? await source.read(offset, length) : undefined
  if (bytes?.length !== length) throw new MalformedArchive('it is cut short')
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
