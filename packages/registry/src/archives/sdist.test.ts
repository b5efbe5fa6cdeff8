import { describe, expect, it } from 'vitest'
import { inspectSdist, type SdistFacts } from './sdist.ts'
import { inspect, refusalOf, type TestFile, tarGzOf } from './testing.ts'
import { zipOf } from './testing-zip.ts'

const NAME = 'demo_pkg-1.0.tar.gz'
const INFO = 'Metadata-Version: 2.4\nName: demo.pkg\nVersion: 1.0\n\nLong.\n'
const PKG_INFO: TestFile = ['demo_pkg-1.0/PKG-INFO', INFO]

const facts = async (files: readonly TestFile[], filename = NAME): Promise<SdistFacts> =>
  inspect(inspectSdist(filename), await tarGzOf(files), 1000)
const refusal = (files: readonly TestFile[], filename?: string) =>
  refusalOf(() => facts(files, filename))
const link = (type: 'link' | 'symlink', linkname: string): TestFile => [
  'demo_pkg-1.0/docs/x',
  '',
  { type, linkname },
]

describe('inspectSdist', () => {
  it('answers with the metadata, parsed and as it is', async () => {
    const found = await facts([PKG_INFO, ['demo_pkg-1.0/demo.egg-info/PKG-INFO', 'x']])
    expect(found.metadata.name).toEqual({ name: 'demo.pkg', normalised: 'demo-pkg' })
    expect(found.metadataBytes.toString()).toBe(INFO)
    expect(found).toMatchObject({ fileCount: 2, unpackedSize: INFO.length + 1 })
  })

  it('reads file names older than PEP 625', async () => {
    const found = await facts([PKG_INFO], 'demo-pkg-1.0.0.tar.gz')
    expect(found.metadata.version.normalised).toBe('1.0')
  })

  it('accepts links that stay inside its folder, and the header that git archive writes', async () => {
    const commit: TestFile = ['pax', '19 comment=abcdef0\n', { type: 'pax-global-header' }]
    const hard = link('link', 'demo_pkg-1.0/PKG-INFO')
    const found = await facts([commit, PKG_INFO, link('symlink', '../PKG-INFO'), hard])
    expect(found.fileCount).toBe(1)
  })
})

describe('inspectSdist refuses', () => {
  it.each([
    ['demo_pkg-1.0.zip', 'neither a wheel'],
    ['demo_pkg-1.0.tar.bz2', 'neither a wheel'],
    ['demo_pkg-1.0.tgz', 'neither a wheel'],
    ['demo_pkg.tar.gz', 'which is not name-version'],
    ['x/demo_pkg-1.0.tar.gz', 'which is not name-version'],
    [`${'x'.repeat(250)}-1.0.tar.gz`, 'which is not name-version'],
    ['demo_pkg-1.0-py3-none-any.whl', "not an sdist's file name"],
    ['other-1.0.tar.gz', 'file name is of other 1.0, but the metadata inside is of demo-pkg 1.0'],
    ['demo_pkg-2.0.tar.gz', 'file name is of demo-pkg 2.0'],
  ])('the file name %j', async (filename, reason) => {
    const { code, message } = await refusal([PKG_INFO], filename)
    expect(code).toBe('distribution_invalid')
    expect(message).toContain(reason)
  })

  it.each([
    ['no PKG-INFO in its folder', [['demo_pkg-1.0/src/PKG-INFO', INFO]], 'has no PKG-INFO'],
    ['two folders', [PKG_INFO, ['b/x', '']], 'two folders'],
    ['a path that leaves it', [PKG_INFO, ['demo_pkg-1.0/../x', '']], "has a '..' segment"],
    ['a symlink that leaves it', [PKG_INFO, link('symlink', '../../x')], 'outside its folder'],
    ['an absolute symlink', [PKG_INFO, link('symlink', '/etc/passwd')], 'outside its folder'],
    ['a symlink out and in', [PKG_INFO, link('symlink', '../../x/y')], 'outside its folder'],
    ['a hard link that leaves it', [PKG_INFO, link('link', 'x/y')], 'outside its folder'],
    ['a hard link with dots', [PKG_INFO, link('link', 'demo_pkg-1.0/../x')], 'outside its'],
  ] as [string, TestFile[], string][])('an sdist with %s', async (_, files, reason) => {
    const { code, message } = await refusal(files)
    expect(code).toBe('distribution_invalid')
    expect(message).toContain(reason)
  })

  it('a zip archive that is named .tar.gz', async () => {
    const zip = zipOf([{ path: 'demo_pkg-1.0/PKG-INFO', body: INFO }])
    const { code } = await refusalOf(() => inspect(inspectSdist(NAME), zip))
    expect(code).toBe('distribution_invalid')
  })
})
