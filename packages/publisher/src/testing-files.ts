import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { TAR_END, tarHeader, tarPadding } from './archives/tar-writer.ts'

type Files = Readonly<Record<string, string>>

/** A .tar.gz in `folder` with these files; its path. */
export function writeTar(folder: string, filename: string, files: Files): string {
  const blocks = Object.entries(files).flatMap(([path, text]) => {
    const content = Buffer.from(text)
    return [tarHeader(path, content.length, 0o644), content, tarPadding(content.length)]
  })
  const path = join(folder, filename)
  writeFileSync(path, gzipSync(Buffer.concat([...blocks, TAR_END])))
  return path
}

/** An npm tarball of this package; its path. */
export function writeTarball(folder: string, manifest: object, more: Files = {}): string {
  const files = Object.entries({ 'package.json': JSON.stringify(manifest), ...more })
  const name = `${files.length}-${Math.abs(crc32(JSON.stringify(files)))}.tgz`
  return writeTar(
    folder,
    name,
    Object.fromEntries(files.map(([path, text]) => [`package/${path}`, text])),
  )
}

/** A zip archive (APPNOTE.TXT 4.3) in `folder` with these files, deflated; its path. */
export function writeZip(folder: string, filename: string, files: Files): string {
  const records: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, text] of Object.entries(files)) {
    const content = Buffer.from(text)
    const packed = deflateRawSync(content)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(8, 8)
    local.writeUInt32LE(crc32(content), 14)
    local.writeUInt32LE(packed.length, 18)
    local.writeUInt32LE(content.length, 22)
    local.writeUInt16LE(name.length, 26)
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50, 0)
    local.copy(central, 6, 4, 30)
    central.writeUInt32LE(offset, 42)
    records.push(local, Buffer.from(name), packed)
    directory.push(central, Buffer.from(name))
    offset += local.length + name.length + packed.length
  }
  const index = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(directory.length / 2, 8)
  end.writeUInt16LE(directory.length / 2, 10)
  end.writeUInt32LE(index.length, 12)
  end.writeUInt32LE(offset, 16)
  const path = join(folder, filename)
  writeFileSync(path, Buffer.concat([...records, index, end]))
  return path
}

/** METADATA or PKG-INFO. */
export function metadata(name: string, version: string, more = ''): string {
  return `Metadata-Version: 2.4\nName: ${name}\nVersion: ${version}\n${more}`
}

/** A wheel in `folder`; its path. */
export function writeWheel(folder: string, name: string, version: string, more = ''): string {
  const stem = `${name.replaceAll('-', '_')}-${version}`
  const info = `${stem}.dist-info`
  return writeZip(folder, `${stem}-py3-none-any.whl`, {
    [`${name.replaceAll('-', '_')}.py`]: 'text = ""\n',
    [`${info}/METADATA`]: metadata(name, version, more),
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\n',
    [`${info}/RECORD`]: '',
  })
}

/** An sdist in `folder`; its path. */
export function writeSdist(folder: string, name: string, version: string, more = ''): string {
  const stem = `${name.replaceAll('-', '_')}-${version}`
  return writeTar(folder, `${stem}.tar.gz`, {
    [`${stem}/pyproject.toml`]: '[project]\n',
    [`${stem}/${name}.egg-info/PKG-INFO`]: metadata('another', '9'),
    [`${stem}/PKG-INFO`]: metadata(name, version, more),
  })
}
