import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { temporaryFolder, writeFiles } from './folders.ts'

/** A folder with the smallest npm package that can be imported; `text` is what it exports. */
export function npmPackage(name: string, version: string, text: string = version): string {
  const folder = temporaryFolder()
  writeFiles(folder, {
    'package.json': JSON.stringify(npmManifest(name, version), null, 2),
    'index.js': `export const text = ${JSON.stringify(text)}\n`,
  })
  return folder
}

export function npmManifest(name: string, version: string): Readonly<Record<string, unknown>> {
  return { name, version, type: 'module', exports: './index.js', license: 'Apache-2.0' }
}

/** A tarball as npm packs it, with one file of these bytes besides the manifest. */
export function tarball(name: string, version: string, content: Buffer): Buffer {
  const manifest = Buffer.from(JSON.stringify(npmManifest(name, version)))
  const blocks = [
    ...tarEntry('package/package.json', manifest),
    ...tarEntry('package/index.js', content),
    Buffer.alloc(1024),
  ]
  return gzipSync(Buffer.concat(blocks), { level: 1 })
}

/** The body of `PUT /<name>`, as npm sends it. */
export function publishBody(name: string, version: string, tgz: Buffer): string {
  const file = `${name}-${version}.tgz`
  const integrity = `sha512-${createHash('sha512').update(tgz).digest('base64')}`
  const shasum = createHash('sha1').update(tgz).digest('hex')
  const dist = { integrity, shasum, tarball: `http://localhost/${name}/-/${file}` }
  return JSON.stringify({
    _id: name,
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...npmManifest(name, version), dist } },
    access: null,
    _attachments: {
      [file]: {
        content_type: 'application/octet-stream',
        data: tgz.toString('base64'),
        length: tgz.length,
      },
    },
  })
}

/** A file in the ustar format (POSIX.1-1988), padded to whole blocks. */
function tarEntry(path: string, content: Buffer): Buffer[] {
  const header = Buffer.alloc(512)
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`
  header.write(path, 0)
  header.write(octal(0o644, 8) + octal(0, 8) + octal(0, 8) + octal(content.length, 12), 100)
  header.write(octal(0, 12), 136)
  header.write('        0', 148)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
}
