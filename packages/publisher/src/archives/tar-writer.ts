/** Size of a tar block: headers fill one, contents are padded to whole ones. */
const BLOCK = 512

/** npm gives all files this time, so that the same files make the same tarball: 1985-10-26T08:15:00Z, in seconds. */
const NPM_TIME = 499_162_500

const FILE = '0'
const PAX = 'x'

/**
 * The header of a file as npm writes it (node-tar, portable): ustar without owner and with one fixed time, so that a
 * folder packed here and by npm is the same tarball, byte for byte. `mode` is that of the file system.
 */
export function tarHeader(path: string, size: number, mode: number): Buffer {
  const [name, prefix] = splitPath(path)
  const plain = prefix !== undefined && isAscii(path)
  const header = block(plain ? name : path, plain ? prefix : '', size, portable(mode), FILE)
  return plain ? header : Buffer.concat([paxHeader(path, size), header])
}

/** The zeros that follow a content of this size. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK)
}

/** What ends an archive. */
export const TAR_END: Buffer = Buffer.alloc(2 * BLOCK)

/** Readable and writable by the owner, writable by nobody else. */
function portable(mode: number): number {
  return ((mode & 0o7777) | 0o600) & ~0o22
}

/** Name and prefix, cut at a slash so that both fit; the prefix is undefined if there is no such slash. */
function splitPath(path: string): [name: string, prefix: string | undefined] {
  if (Buffer.byteLength(path) < 100) return [path, '']
  let slash = path.lastIndexOf('/')
  for (; slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)]
    if (Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return [name, prefix]
  }
  return [path, undefined]
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length
}

function paxHeader(path: string, size: number): Buffer {
  const body = Buffer.from(
    paxRecord('path', path) +
      paxRecord('mtime', String(NPM_TIME)) +
      paxRecord('size', String(size)),
  )
  const basename = path.slice(path.lastIndexOf('/') + 1)
  const header = block(`PaxHeader/${basename}`.slice(0, 99), '', body.length, 0o644, PAX)
  return Buffer.concat([header, body, tarPadding(body.length)])
}

/** `<length> <key>=<value>\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  const bytes = Buffer.byteLength(rest)
  let length = bytes + String(bytes).length
  length = bytes + String(length).length
  return length + rest
}

function block(name: string, prefix: string, size: number, mode: number, type: string): Buffer {
  const header = Buffer.alloc(BLOCK)
  header.write(name, 0, 100)
  header.write(octal(mode, 8), 100)
  header.write(octal(size, 12), 124)
  header.write(octal(NPM_TIME, 12), 136)
  header.fill(' ', 148, 156)
  header.write(type, 156)
  header.write('ustar\x0000', 257)
  header.write(octal(0, 8), 329)
  header.write(octal(0, 8), 337)
  header.write(prefix, 345, 155)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(octal(sum, 8), 148)
  return header
}

/** Octal digits, a space and a NUL; a number that needs the place of the space takes it. */
function octal(value: number, width: number): string {
  const digits = value.toString(8)
  return digits.length === width - 1 ? `${digits}\0` : `${digits.padStart(width - 2, '0')} \0`
}
