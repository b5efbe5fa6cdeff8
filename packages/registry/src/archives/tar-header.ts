import { isUtf8 } from 'node:buffer'
import { MalformedArchive } from './problem.ts'

/** Bytes in a tar block: headers fill one, contents are padded to whole ones. */
export const BLOCK = 512

/** One raw header: names and size as this block alone gives them, before extension headers apply. */
export interface TarHeader {
  readonly type: string
  readonly name: string
  readonly linkTarget: string
  readonly size: number
}

/** Values of pax extension records (POSIX.1-2001 pax, "Extended Header") that change the entry they precede. */
export interface PaxRecords {
  readonly path?: string
  readonly linkpath?: string
  readonly size?: number
}

/** Reads a ustar or GNU header block (POSIX.1-1988 ustar, GNU tar "Basic Tar Format"). */
export function readTarHeader(block: Buffer): TarHeader {
  checkSum(block)
  const magic = block.toString('latin1', 257, 265)
  const posix = magic === 'ustar\x0000'
  if (!posix && magic !== 'ustar  \0') {
    throw new MalformedArchive('an entry is neither in ustar nor in GNU tar format')
  }
  const name = text(block, 0, 100)
  const prefix = posix ? text(block, 345, 155) : ''
  return {
    type: String.fromCharCode(block[156] ?? 0),
    name: prefix === '' ? name : `${prefix}/${name}`,
    linkTarget: block[157] === 0 ? '' : text(block, 157, 100),
    size: number(block, 124, 12),
  }
}

/** Reads pax records `<length> <key>=<value>\n`; sparse files are refused, other keys are ignored. */
export function readPaxRecords(body: Buffer): PaxRecords {
  const found: { path?: string; linkpath?: string; size?: number } = {}
  let at = 0
  while (at < body.length) {
    const space = body.indexOf(0x20, at)
    const digits = space === -1 ? '' : body.toString('latin1', at, space)
    const end = at + Number(digits)
    const sound = /^[1-9][0-9]{0,8}$/.test(digits) && end > space && body[end - 1] === 0x0a
    const equals = sound ? body.subarray(0, end).indexOf(0x3d, space) : -1
    if (equals === -1) throw new MalformedArchive('an extension header is malformed')
    const key: string = body.toString('latin1', space + 1, equals)
    const value = body.subarray(equals + 1, end - 1)
    if (key === 'path' || key === 'linkpath') found[key] = utf8(value)
    else if (key === 'size') found.size = decimal(value)
    else if (key.startsWith('GNU.sparse.')) throw new MalformedArchive('it holds a sparse file')
    at = end
  }
  return found
}

/** Reads the body of a GNU long name or long link entry: a path that ends at the first NUL. */
export function readLongName(body: Buffer): string {
  const end = body.indexOf(0)
  return utf8(end === -1 ? body : body.subarray(0, end))
}

function checkSum(block: Buffer): void {
  let sum = 8 * 0x20
  for (let i = 0; i < 148; i++) sum += block[i] ?? 0
  for (let i = 156; i < BLOCK; i++) sum += block[i] ?? 0
  if (sum !== number(block, 148, 8)) throw new MalformedArchive('a header checksum is wrong')
}

function text(block: Buffer, start: number, length: number): string {
  const nul = block.indexOf(0, start)
  const end = nul === -1 || nul > start + length ? start + length : nul
  return utf8(block.subarray(start, end))
}

function utf8(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new MalformedArchive('a file name is not UTF-8')
  return bytes.toString('utf8', 0, bytes.length)
}

/** Octal digits ended by NUL or space, or (GNU) big-endian binary marked by the top bit. */
function number(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0
  if (first >= 0x80) return binary(block.subarray(start, start + length))
  const digits = /^ *([0-7]*)[ \0]*$/.exec(block.toString('latin1', start, start + length))?.[1]
  if (digits === undefined) throw new MalformedArchive('a number in a header is malformed')
  return digits === '' ? 0 : Number.parseInt(digits, 8)
}

function binary(field: Buffer): number {
  let value = (field[0] ?? 0) & 0x7f
  for (const byte of field.subarray(1)) value = value * 256 + byte
  if (!Number.isSafeInteger(value)) throw new MalformedArchive('a number in a header is too large')
  return value
}

function decimal(value: Buffer): number {
  const digits = value.toString('latin1', 0, value.length)
  if (!/^[0-9]{1,15}$/.test(digits)) throw new MalformedArchive('an extension size is malformed')
  return Number(digits)
}
