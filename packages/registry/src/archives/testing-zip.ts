import { crc32, deflateRawSync } from 'node:zlib'
import type { RandomAccess } from './zip.ts'

export interface TestZipFile {
  readonly path: string
  readonly body?: string
  readonly method?: number
  readonly flags?: number
  readonly mode?: number
  readonly comment?: string
  readonly extra?: Buffer
  /** Replaces what the local header says, so that it differs from the directory. */
  readonly localPath?: string
  readonly size?: number
}

/** A zip archive (APPNOTE.TXT), with whatever defects the files ask for. */
export function zipOf(files: readonly TestZipFile[], gap: Buffer = Buffer.alloc(0)): Buffer {
  const local: Buffer[] = []
  const central: Buffer[] = []
  for (const file of files) {
    const { path, body = '', method = 8, flags = 0, mode = 0o100644, comment = '' } = file
    const { localPath = path, extra = Buffer.alloc(0), size = body.length } = file
    const packed = method === 8 ? deflateRawSync(body) : Buffer.from(body)
    const common = [
      u16(20),
      u16(flags),
      u16(method),
      u32(0),
      u32(crc32(body)),
      u32(packed.length),
      u32(size),
    ]
    const offset = Buffer.concat(local).length
    const lengths = (name: string) => [u16(Buffer.byteLength(name)), u16(extra.length)]
    local.push(
      u32(0x04034b50),
      ...common,
      ...lengths(localPath),
      Buffer.from(localPath),
      extra,
      packed,
    )
    central.push(u32(0x02014b50), u16(20), ...common, ...lengths(path), u16(comment.length), u32(0))
    central.push(u32(mode * 0x10000), u32(offset), Buffer.from(path), extra, Buffer.from(comment))
  }
  const body = Buffer.concat([...local, gap])
  const directory = Buffer.concat(central)
  const count = u16(files.length)
  const end = [
    u32(0x06054b50),
    u32(0),
    count,
    count,
    u32(directory.length),
    u32(body.length),
    u16(0),
  ]
  return Buffer.concat([body, directory, ...end])
}

export function randomAccess(bytes: Buffer): RandomAccess {
  const read = async (at: number, length: number) => bytes.subarray(at, at + length)
  return { size: bytes.length, read }
}

const u16 = (value: number) => Buffer.from([value & 0xff, value >>> 8])
const u32 = (value: number) => Buffer.concat([u16(value & 0xffff), u16(value >>> 16)])
