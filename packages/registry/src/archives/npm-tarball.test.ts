import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidUpload } from '../invalid-upload.ts'
import { inspectNpmTarball, type NpmTarballFacts } from './npm-tarball.ts'
import { inspect, refusalOf, type TestFile, tarGzOf, tarOf } from './testing.ts'

const PACKAGE: TestFile = ['package/package.json', '{"name":"demo","version":"1.0.0"}']

const facts = (bytes: Buffer, size?: number): Promise<NpmTarballFacts> =>
  inspect(inspectNpmTarball(), bytes, size)

const refusal = async (files: readonly TestFile[]) => {
  const bytes = await tarGzOf(files)
  return refusalOf(() => facts(bytes))
}

const refused = (reason: string) => ({
  code: 'tarball_invalid',
  message: expect.stringContaining(reason),
})

/** Changes the first header and repairs its checksum. */
function withHeader(tar: Buffer, change: (header: Buffer) => void): Buffer {
  change(tar)
  tar.fill(' ', 148, 156)
  const sum = tar.subarray(0, 512).reduce((a, b) => a + b, 0)
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return tar
}

describe('inspectNpmTarball', () => {
  it('reports what a package holds', async () => {
    const bytes = await tarGzOf([
      ['package/', '', { type: 'directory', size: 0 }],
      PACKAGE,
      ['package/lib/index.js', 'export {}\n'],
    ])
    expect(await facts(bytes)).toEqual({
      name: 'demo',
      version: '1.0.0',
      packageJson: { name: 'demo', version: '1.0.0' },
      hasInstallScript: false,
      hasShrinkwrap: false,
      fileCount: 2,
      unpackedSize: 43,
    })
  })

  it('reads the same from chunks of any size', async () => {
    const long = `package/${'folder/'.repeat(30)}file.js`
    const bytes = await tarGzOf([PACKAGE, [long, 'x'.repeat(3000)], ['package/ä.js', '1']])
    const whole = await facts(bytes)
    for (const size of [1, 2, 7, 100, 511]) expect(await facts(bytes, size)).toEqual(whole)
    expect(whole.fileCount).toBe(3)
  })

  it('reads the same from a stream that is too large to be held', async () => {
    const noise = randomBytes(3_000_000)
    const bytes = await tarGzOf([['package/noise', noise], PACKAGE])
    for (const size of [1000, 65536, bytes.length]) {
      expect(await facts(bytes, size)).toMatchObject({ name: 'demo', unpackedSize: 3_000_033 })
    }
  })

  it('unpacks small archives of large contents', async () => {
    const bytes = await tarGzOf([['package/zeros', Buffer.alloc(5_000_000)], PACKAGE])
    expect(bytes.length).toBeLessThan(10_000)
    expect(await facts(bytes)).toMatchObject({ unpackedSize: 5_000_033 })
  })

  it.each([
    [{ install: 'node-gyp rebuild' }, true],
    [{ postinstall: 'node x.js' }, true],
    [{ preinstall: 'node x.js' }, true],
    [{ prepare: 'tsc', postinstall: '' }, false],
  ])('takes the scripts %j for install scripts: %s', async (scripts, expected) => {
    const text = JSON.stringify({ name: 'demo', version: '1.0.0', scripts })
    const found = await facts(await tarGzOf([['package/package.json', text]]))
    expect(found.hasInstallScript).toBe(expected)
  })

  it('takes a binding.gyp at the top for an install script, unless gypfile is false', async () => {
    const text = '{"name":"demo","version":"1.0.0","gypfile":false}'
    const top: TestFile = ['package/binding.gyp', '{}']
    const inner: TestFile = ['package/deep/binding.gyp', '{}']
    const flags = await Promise.all(
      [
        [PACKAGE, top],
        [PACKAGE, inner],
        [['package/package.json', text] as const, top],
      ].map(async (files) => (await facts(await tarGzOf(files))).hasInstallScript),
    )
    expect(flags).toEqual([true, false, false])
  })

  it('notices a shrinkwrap, and accepts any folder name', async () => {
    const files: TestFile[] = [
      ['demo-1.0/package.json', '\ufeff{"name":"demo","version":"1.0.0"}'],
      ['demo-1.0/npm-shrinkwrap.json', '{}'],
    ]
    expect(await facts(await tarGzOf(files))).toMatchObject({ hasShrinkwrap: true, name: 'demo' })
  })
})

describe('inspectNpmTarball refuses', () => {
  it.each([
    ['/etc/passwd', 'is absolute'],
    ['package/../../x', "has a '..' segment"],
    ['../package/x', "has a '..' segment"],
    ['package/./x', "has a '.' segment"],
    ['package//x', 'empty segment'],
    ['package/a\\..\\x', 'backslash'],
    ['package/a\nb', 'control character'],
    ['C:/package/x', 'Windows drive'],
    [`package/${'x'.repeat(1100)}`, 'longer than 1024'],
  ])('the path %j', async (name, reason) => {
    expect(await refusal([PACKAGE, [name, 'x']])).toEqual(refused(reason))
  })

  it('a NUL that hides the end of a path', async () => {
    const pax = { pax: { path: 'package/package.json\0.txt' } }
    expect(await refusal([['package/x', '{}', pax]])).toEqual(refused('control character'))
  })

  it('files outside the one folder', async () => {
    expect(await refusal([PACKAGE, ['other/x', 'x']])).toEqual(refused('two folders at its top'))
    expect(await refusal([['package.json', '{}']])).toEqual(refused('is not inside a folder'))
  })

  it.each(['symlink', 'link', 'fifo', 'character-device'] as const)('a %s', async (type) => {
    const { code } = await refusal([PACKAGE, ['package/x', '', { type, linkname: '/etc/passwd' }]])
    expect(code).toBe('tarball_invalid')
  })

  it.each([
    ['no package.json', [['package/index.js', '1']], 'has no package.json'],
    ['a nested package.json only', [['package/a/package.json', '{}']], 'has no package.json'],
    ['two of them', [PACKAGE, PACKAGE], 'more than one spelling or copy'],
    ['another spelling', [PACKAGE, ['package/PACKAGE.JSON', '{}']], 'more than one spelling'],
    ['one that is no JSON', [['package/package.json', '{']], 'not valid JSON'],
    ['one that is no object', [['package/package.json', '[]']], 'not a JSON object'],
    ['one that is not UTF-8', [['package/package.json', Buffer.from([0xff])]], 'not UTF-8'],
    ['one without a version', [['package/package.json', '{"name":"x"}']], 'no version'],
    ['a huge one', [['package/package.json', ' '.repeat(1_100_000)]], 'larger than 1048576'],
  ] as [string, TestFile[], string][])('a package with %s', async (_, files, reason) => {
    expect(await refusal(files)).toEqual(refused(reason))
  })

  it('sparse files, in the old form and in pax', async () => {
    const tar = withHeader(await tarOf([PACKAGE]), (header) => header.write('S', 156))
    expect(await refusalOf(() => facts(gzipSync(tar)))).toEqual(refused('neither a file'))
    const pax = { pax: { 'GNU.sparse.major': '1' } }
    expect(await refusal([['package/x', 'x', pax]])).toEqual(refused('sparse'))
  })

  it('a global header that renames what follows', async () => {
    const record = '31 path=package/package.json.x\n'
    const global: TestFile = ['g', record, { type: 'pax-global-header' }]
    expect(await refusal([global, PACKAGE])).toEqual(refused('global header'))
  })

  it('a directory with contents', async () => {
    const tar = withHeader(await tarOf([['package/a', 'x']]), (header) => header.write('5', 156))
    expect(await refusalOf(() => facts(gzipSync(tar)))).toEqual(refused('cannot have content'))
  })

  it('a wrong checksum, another format, and text that is no tar at all', async () => {
    const tar = await tarOf([PACKAGE])
    const flipped = Buffer.from(tar)
    flipped[0] = 'q'.charCodeAt(0)
    expect(await refusalOf(() => facts(gzipSync(flipped)))).toEqual(refused('checksum'))
    const old = withHeader(Buffer.from(tar), (header) => header.fill(0, 257, 265))
    expect(await refusalOf(() => facts(gzipSync(old)))).toEqual(refused('neither in ustar'))
    expect(await refusalOf(() => facts(gzipSync('x'.repeat(600))))).toEqual(refused('malformed'))
  })

  it('a tar archive that is cut short, or that something follows', async () => {
    const tar = await tarOf([PACKAGE])
    const short = gzipSync(tar.subarray(0, 1024))
    expect(await refusalOf(() => facts(short))).toEqual(refused('end-of-archive'))
    const longer = gzipSync(Buffer.concat([tar, await tarOf([['package/y', 'y']])]))
    expect(await refusalOf(() => facts(longer))).toEqual(refused('follows the end-of-archive'))
  })

  it('gzip data that is empty, cut short, damaged, or no gzip data', async () => {
    const bytes = await tarGzOf([PACKAGE])
    expect(await refusalOf(() => facts(Buffer.alloc(0)))).toEqual(refused('cut short'))
    expect(await refusalOf(() => facts(bytes.subarray(0, -5)))).toEqual(refused('cut short'))
    expect(await refusalOf(() => facts(Buffer.from('PK\x03\x04')))).toEqual(refused('damaged'))
    const damaged = Buffer.from(bytes)
    damaged.writeUInt32LE(1, bytes.length - 8)
    expect(await refusalOf(() => facts(damaged))).toEqual(refused('damaged'))
  })

  it.each([100, 400_000])('whatever follows the gzip data (%i bytes)', async (size) => {
    const bytes = await tarGzOf([PACKAGE, ['package/noise', randomBytes(size)]])
    const tail = Buffer.alloc(64)
    // Looks like a gzip trailer that fits, so that only counting what was consumed shows it.
    tail.writeUInt32LE((await tarOf([PACKAGE, ['package/noise', Buffer.alloc(size)]])).length, 60)
    for (const more of [Buffer.from([0]), tail, gzipSync(''), gzipSync('x'), Buffer.from('PK')]) {
      const { code } = await refusalOf(() => facts(Buffer.concat([bytes, more])))
      expect(code).toBe('tarball_invalid')
    }
  })

  it('zeros that follow the gzip data in chunks of their own', async () => {
    const bytes = await tarGzOf([PACKAGE, ['package/noise', randomBytes(400_000)]])
    const padded = Buffer.concat([bytes, Buffer.alloc(5000)])
    expect(await refusalOf(() => facts(padded, 1000))).toEqual(refused('something follows'))
  })

  it('to go on after a refusal or an abort', async () => {
    const aborted = inspectNpmTarball()
    await aborted.write(randomBytes(10))
    aborted.abort()
    expect(await refusalOf(() => aborted.end())).toEqual(refused('not sent completely'))
    const failed = inspectNpmTarball()
    const noise = randomBytes(400_000)
    expect(await refusalOf(() => failed.write(noise))).toEqual(refused('damaged'))
    expect(await refusalOf(() => failed.write(noise))).toEqual(refused('damaged'))
    expect(await refusalOf(() => failed.end())).toEqual(refused('damaged'))
  })

  it('a decompression bomb, long before it is unpacked', async () => {
    const bomb = gzipSync(await tarOf([['package/zeros', Buffer.alloc(120 * 1024 * 1024)]]))
    expect(bomb.length).toBeLessThan(200_000)
    expect(await refusalOf(() => facts(bomb))).toEqual(refused('more than 50 times'))
  })

  it('over 100,000 entries', async () => {
    const one = (await tarOf([['package/x', '']])).subarray(0, 512)
    const noise = randomBytes(4_000_000)
    const start = await tarOf([['package/noise', noise]])
    const tar = Buffer.concat([start.subarray(0, -1024), Buffer.alloc(512 * 100_001, one)])
    expect(await refusalOf(() => facts(gzipSync(tar)))).toEqual(refused('over 100000 entries'))
  })
})

it('throws nothing but InvalidUpload, whichever bytes of a tarball change', async () => {
  const tar = await tarOf([PACKAGE, [`package/${'x'.repeat(200)}`, 'x'], ['package/a', 'b']])
  const tgz = gzipSync(tar)
  const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 4 })
  const attempt = async (bytes: Buffer) => {
    await facts(bytes, 1000).catch((error: unknown) => expect(error).toBeInstanceOf(InvalidUpload))
  }
  const changed = (source: Buffer, changes: readonly (readonly [number, number])[]) => {
    const copy = Buffer.from(source)
    for (const [at, mask] of changes) copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ mask
    return copy
  }
  await fc.assert(
    fc.asyncProperty(flips, fc.nat(tgz.length), async (changes, length) => {
      await attempt(changed(tgz, changes).subarray(0, length))
      await attempt(changed(tgz, changes))
      await attempt(gzipSync(changed(tar, changes)))
    }),
  )
})
