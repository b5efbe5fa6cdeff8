import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

const BLOCK = 512

/**
 * The body of `PUT /<name>`, as `npm publish` sends it.
 * @param {string} name
 * @param {string} version
 * @param {Buffer} [payload] a file in the package besides package.json; a few lines of JavaScript by default
 */
export function publishBody(name, version, payload) {
  const manifest = manifestOf(name, version)
  const tarball = packTarball(packageFiles(name, version, payload))
  const filename = `${name.slice(name.indexOf('/') + 1)}-${version}.tgz`
  const dist = {
    integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
    shasum: createHash('sha1').update(tarball).digest('hex'),
    tarball: `http://localhost/${name}/-/${filename}`,
  }
  const document = {
    _id: name,
    name,
    description: manifest.description,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, _id: `${name}@${version}`, dist } },
    access: null,
    _attachments: {
      [`${name}-${version}.tgz`]: {
        content_type: 'application/octet-stream',
        data: tarball.toString('base64'),
        length: tarball.length,
      },
    },
  }
  return Buffer.from(JSON.stringify(document))
}

/**
 * The files of a package.
 * @param {string} name
 * @param {string} version
 * @param {Buffer} [payload]
 * @returns {Record<string, Buffer>}
 */
export function packageFiles(
  name,
  version,
  payload = Buffer.from('export const answer = 42\n'.repeat(20)),
) {
  const manifest = JSON.stringify(manifestOf(name, version))
  return { 'package.json': Buffer.from(manifest), 'index.js': payload }
}

/**
 * A manifest of common size.
 * @param {string} name
 * @param {string} version
 */
function manifestOf(name, version) {
  const dependencies = ['semver', 'picocolors', 'yaml', 'undici', 'tinyglobby', 'magic-string']
  const devDependencies = ['typescript', 'vitest', 'fast-check', 'publint', 'knip', '@types/node']
  return {
    name,
    version,
    description: 'A package that exists to be published and read again',
    keywords: ['publish', 'read', 'measure'],
    license: 'MIT',
    type: 'module',
    author: { name: 'Acme', email: 'packages@acme.example' },
    repository: { type: 'git', url: 'git+https://github.com/acme/widget.git' },
    bugs: { url: 'https://github.com/acme/widget/issues' },
    homepage: 'https://github.com/acme/widget#readme',
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
    engines: { node: '>=20' },
    scripts: { build: 'tsc -b', test: 'vitest run', lint: 'biome check .' },
    dependencies: Object.fromEntries(dependencies.map((each) => [each, '^1.2.3'])),
    devDependencies: Object.fromEntries(devDependencies.map((each) => [each, '^4.5.6'])),
  }
}

/** @param {Record<string, Buffer>} files */
export function packTarball(files) {
  const parts = Object.entries(files).flatMap(([name, bytes]) => [
    tarHeader(`package/${name}`, bytes.length),
    bytes,
    Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK),
  ])
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]))
}

/**
 * A ustar header (POSIX.1-1988).
 * @param {string} name
 * @param {number} size
 */
function tarHeader(name, size) {
  const header = Buffer.alloc(BLOCK)
  const octal = (value, length) => `${value.toString(8).padStart(length, '0')}\0`
  header.write(name, 0)
  header.write(octal(0o644, 7) + octal(0, 7) + octal(0, 7) + octal(size, 11) + octal(0, 11), 100)
  header.write('        0', 148)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}
