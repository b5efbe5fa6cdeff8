import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidUpload } from '../invalid-upload.ts'
import { refusalOf, tarGzOf } from './testing.ts'
import { randomAccess, type TestZipFile, zipOf } from './testing-zip.ts'
import { inspectWheel } from './wheel.ts'

const NAME = 'demo_pkg-1.0-py3-none-any.whl'
const METADATA =
  'Metadata-Version: 2.4\nName: demo.pkg\nVersion: 1.0\nRequires-Python: >=3.9\n\nLong.\n'

const info = (file: string, body: string): TestZipFile => ({
  path: `demo_pkg-1.0.dist-info/${file}`,
  body,
})

const MODULE: TestZipFile = { path: 'demo_pkg/__init__.py', body: 'x = 1\n'.repeat(100) }
const FILES: readonly TestZipFile[] = [
  MODULE,
  info('METADATA', METADATA),
  info('WHEEL', 'Wheel-Version: 1.0\n'),
  info('RECORD', ''),
]

const facts = (bytes: Buffer, filename = NAME) => inspectWheel(randomAccess(bytes), filename)
const refusal = (bytes: Buffer, filename = NAME) => refusalOf(() => facts(bytes, filename))
const refused = (reason: string) => ({
  code: 'distribution_invalid',
  message: expect.stringContaining(reason),
})

describe('inspectWheel', () => {
  it('answers with the metadata, parsed and as it is', async () => {
    const found = await facts(zipOf(FILES))
    expect(found.metadataBytes.toString()).toBe(METADATA)
    expect(found.metadata).toMatchObject({
      metadataVersion: '2.4',
      name: { name: 'demo.pkg', normalised: 'demo-pkg' },
      version: { normalised: '1.0' },
      requiresPython: '>=3.9',
    })
  })

  it('reads stored files, folders and archives of many files', async () => {
    const many = Array.from({ length: 3000 }, (_, i) => ({ path: `demo_pkg/a${i}.py`, body: 'x' }))
    const stored = FILES.map((file) => ({ ...file, method: 0 }))
    const folder = { path: 'demo_pkg/', method: 0, mode: 0o040755 }
    const found = await facts(zipOf([folder, ...many, ...stored]))
    expect(found.metadata.version.normalised).toBe('1.0')
  })

  it('reads a build tag and compressed tag sets in the file name', async () => {
    const found = await facts(zipOf(FILES), 'demo_pkg-1.0-1local-py2.py3-none-any.whl')
    expect(found.metadata.name.name).toBe('demo.pkg')
  })
})

describe('inspectWheel refuses', () => {
  it.each([
    ['demo-1.0.zip', 'neither a wheel'],
    ['demo-1.0-py3.9.egg', 'neither a wheel'],
    ['demo-1.0.win32.exe', 'neither a wheel'],
    ['demo_pkg-1.0-any.whl', 'which is not name-version'],
    ['../demo_pkg-1.0-py3-none-any.whl', 'which is not name-version'],
    ['demo\\pkg-1.0-py3-none-any.whl', 'which is not name-version'],
    ['demo_pkg-1.0-py3-none-any\n.whl', 'which is not name-version'],
    ['demo_pkg-1.0.tar.gz', "not a wheel's file name"],
    ['other-1.0-py3-none-any.whl', 'only "other-1.0.dist-info" belongs'],
    ['demo_pkg-1.1-py3-none-any.whl', 'only "demo_pkg-1.1.dist-info" belongs'],
  ])('the file name %j', async (filename, reason) => {
    expect(await refusal(zipOf(FILES), filename)).toEqual(refused(reason))
  })

  it('a version in the file name that PEP 440 does not allow', async () => {
    const { code } = await refusal(zipOf(FILES), 'demo_pkg-latest-py3-none-any.whl')
    expect(code).toBe('version_invalid')
  })

  it.each(['METADATA', 'WHEEL', 'RECORD'])('a wheel without %s', async (missing) => {
    const files = FILES.filter((file) => !file.path.endsWith(missing))
    expect(await refusal(zipOf(files))).toEqual(refused(`has no demo_pkg-1.0.dist-info/${missing}`))
  })

  it('a second .dist-info folder', async () => {
    const other = { path: 'evil-1.0.dist-info/METADATA', body: METADATA }
    expect(await refusal(zipOf([...FILES, other]))).toEqual(refused('it has "evil-1.0.dist-info"'))
  })

  it.each([
    ['another name', METADATA.replace('demo.pkg', 'demo'), 'metadata inside is of demo 1.0'],
    ['another version', METADATA.replace(': 1.0', ': 1.1'), 'metadata inside is of demo-pkg 1.1'],
    ['no name', 'Metadata-Version: 2.1\nVersion: 1.0\n', 'has no name'],
    ['two names', METADATA.replace('\n\n', '\nName: x\n\n'), 'gives name more than once'],
    ['2 MiB', METADATA + ' '.repeat(2 ** 21), 'larger than 2097152 bytes'],
  ])('metadata with %s', async (_, text, reason) => {
    const files = FILES.map((file) =>
      file.path.endsWith('METADATA') ? { ...file, body: text } : file,
    )
    expect(await refusal(zipOf(files))).toEqual(refused(reason))
  })

  it.each<[string, Partial<TestZipFile>, string]>([
    ['a path that leaves the folder', { path: '../x' }, "has a '..' segment"],
    ['an absolute path', { path: '/x' }, 'is absolute'],
    ['a backslash', { path: 'a\\b' }, 'backslash'],
    ['a control character', { path: 'a\u0007b' }, 'control character'],
    ['a path like one before', { path: MODULE.path }, 'twice'],
    ['encryption', { flags: 1 }, 'encrypted'],
    ['a data descriptor', { flags: 8 }, 'data descriptor'],
    ['another compression', { method: 14 }, 'neither stored nor deflated'],
    ['a link', { mode: 0o120777 }, 'is a link'],
    ['a comment', { comment: 'hello' }, 'has a comment'],
    ['another name in its header', { localPath: 'y.py' }, 'disagree on "x.py"'],
    ['two sizes', { method: 0, size: 1 }, 'two different sizes'],
    ['a Unicode Path field', { extra: Buffer.from('7570010041', 'hex') }, 'renames an entry'],
    ['a broken extra field', { extra: Buffer.from('0100ff', 'hex') }, 'extra field is malformed'],
    ['a bomb for contents', { size: 200_000_000 }, 'more than 50 times'],
  ])('a file with %s', async (_, defect, reason) => {
    const files = [...FILES, { path: 'x.py', body: 'abc', ...defect }]
    expect(await refusal(zipOf(files))).toEqual(refused(reason))
  })

  it('damaged metadata', async () => {
    const bytes = zipOf(FILES.map((file) => ({ ...file, method: 0 })))
    bytes[bytes.indexOf('Long.')] = 0x2e
    expect(await refusal(bytes)).toEqual(refused('METADATA" is damaged'))
  })

  it('bytes before, between and after the files', async () => {
    const bytes = zipOf(FILES)
    const gz = await tarGzOf([['a/b', 'c']])
    expect(await refusal(Buffer.concat([gz, bytes]))).toEqual(refused('directory is not where'))
    expect(await refusal(Buffer.concat([bytes, gz]))).toEqual(refused('something follows'))
    expect(await refusal(zipOf(FILES, gz))).toEqual(refused('bytes before its directory'))
  })

  it('what is no zip archive, or needs zip64', async () => {
    expect(await refusal(Buffer.alloc(0))).toEqual(refused('not a zip archive'))
    expect(await refusal(await tarGzOf([['a/b', 'c']]))).toEqual(refused('not a zip archive'))
    const bytes = zipOf(FILES)
    bytes.fill(0xff, bytes.length - 14, bytes.length - 2)
    expect(await refusal(bytes)).toEqual(refused('zip64'))
  })
})

it('throws nothing but InvalidUpload, whichever bytes of a wheel change', async () => {
  const bytes = zipOf(FILES)
  const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(flips, fc.nat(20), async (changes, cut) => {
      const copy = Buffer.from(bytes.subarray(0, bytes.length - cut))
      for (const [at, mask] of changes) {
        // Half of the changes go to the last 400 bytes, where the directory is.
        const place = at % 2 === 0 ? at % copy.length : copy.length - 1 - (at % 400)
        copy[place] = (copy[place] ?? 0) ^ mask
      }
      await facts(copy).catch((error: unknown) => expect(error).toBeInstanceOf(InvalidUpload))
    }),
    { numRuns: 1000 },
  )
})
