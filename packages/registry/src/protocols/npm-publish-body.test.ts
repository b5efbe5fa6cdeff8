import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refusalOf } from '../archives/testing.ts'
import { InvalidUpload } from '../invalid-upload.ts'
import { readPublishBody } from './npm-publish-body.ts'

const FILE = 'demo-1.0.0.tgz'

type Json = Record<string, unknown>

const attachment = (bytes: Buffer): Json => ({
  content_type: 'application/octet-stream',
  data: bytes.toString('base64'),
  length: bytes.length,
})

function documentOf(bytes: Buffer, changes: Json = {}): Json {
  return {
    _id: 'demo',
    name: 'demo',
    'dist-tags': { latest: '1.0.0' },
    versions: { '1.0.0': { name: 'demo', version: '1.0.0', readme: '# "Demo" {\\}\n' } },
    access: null,
    _attachments: { [FILE]: attachment(bytes) },
    ...changes,
  }
}

async function* chunksOf(text: string | Buffer, size = 65536) {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** Reads the text and answers with what was found and what the sink got. */
async function read(text: string | Buffer, size?: number, limits = { tarball: 10_000_000 }) {
  const sunk: { filename: string; chunks: Uint8Array[] }[] = []
  const sink = (filename: string) => {
    const chunks: Uint8Array[] = []
    sunk.push({ filename, chunks })
    return { write: async (chunk: Uint8Array) => void chunks.push(chunk) }
  }
  const found = await readPublishBody(chunksOf(text, size), sink, limits)
  return { found, sunk, tarball: Buffer.concat(sunk.flatMap(({ chunks }) => chunks)) }
}

const refusal = (document: unknown) =>
  refusalOf(() => read(typeof document === 'string' ? document : JSON.stringify(document)))

const refused = (reason: string) => ({
  code: 'publish_malformed',
  message: expect.stringContaining(reason),
})

const BYTES = Buffer.from('not really a tarball')
const TEXT = JSON.stringify(documentOf(BYTES))

describe('readPublishBody', () => {
  it('answers with the document and hands the tarball to the sink', async () => {
    const { found, sunk, tarball } = await read(TEXT)
    expect(found).toEqual({
      kind: 'publish',
      name: 'demo',
      version: '1.0.0',
      manifest: { name: 'demo', version: '1.0.0', readme: '# "Demo" {\\}\n' },
      tags: ['latest'],
      access: undefined,
      tarball: {
        filename: FILE,
        size: BYTES.length,
        contentType: 'application/octet-stream',
      },
      sigstore: undefined,
    })
    expect(tarball).toEqual(BYTES)
    expect(sunk.map(({ filename }) => filename)).toEqual([FILE])
  })

  it('reads the same from chunks of any size', async () => {
    const whole = await read(TEXT)
    for (const size of [1, 2, 3, 5, 64, 1000])
      expect(await read(TEXT, size)).toMatchObject({
        found: whole.found,
        tarball: BYTES,
      })
  })

  it('reads members in any order, written with escapes and white space', async () => {
    const bytes = Buffer.from([0xfb, 0xff, 0xfe, 0xff, 0xff])
    const data = bytes.toString('base64')
    expect(data).toContain('/')
    const text = ` {\n"\\u005fattachments" :\t{ "demo\\u002d1.0.0.tgz" : {
      "d\\u0061ta" : "${data.replaceAll('/', '\\/')}" , "length": 5 } } ,
      "versions": {"1.0.0": {"version":"1.0.0","name":"demo","data":"x","_attachments":{"a":{"data":"!"}}}},
      "list": [{"_attachments": {"b": {"data": "!"}}}, "{", "\\"}"], "name": "demo" } `
    for (const size of [1, 4, 1000]) {
      const { found, tarball } = await read(text, size)
      expect(tarball).toEqual(bytes)
      expect(found).toMatchObject({ tags: [], tarball: { filename: FILE, size: 5 } })
    }
  })

  it('reads a scoped package with a Sigstore bundle', async () => {
    const bundle = JSON.stringify({ mediaType: 'x', text: '"ä"\n' })
    const document = {
      name: '@acme/demo',
      versions: { '1.0.0': { name: '@acme/demo', version: '1.0.0' } },
      'dist-tags': { next: '1.0.0', beta: '1.0.0' },
      access: 'public',
      _attachments: {
        '@acme/demo-1.0.0.sigstore': { content_type: 'x', data: bundle, length: bundle.length },
        '@acme/demo-1.0.0.tgz': attachment(BYTES),
      },
    }
    const { found, tarball } = await read(JSON.stringify(document), 10)
    expect(tarball).toEqual(BYTES)
    expect(found).toMatchObject({
      name: '@acme/demo',
      tags: ['next', 'beta'],
      access: 'public',
      sigstore: bundle,
    })
  })

  it.each([undefined, null, {}])('takes _attachments %j for a metadata update', async (none) => {
    const document = documentOf(BYTES, {
      _attachments: none,
      versions: { '1.0.0': {}, '2.0.0': {} },
    })
    const { found, sunk } = await read(JSON.stringify(document))
    expect(found.kind).toBe('metadata')
    expect(found).toMatchObject({ document: { name: 'demo', versions: { '2.0.0': {} } } })
    expect(sunk).toEqual([])
  })

  it('leaves prototypes alone', async () => {
    const text = TEXT.replace('"_id"', '"__proto__":{"polluted":1},"_id"').replace(
      '"readme"',
      '"__proto__":{"polluted":1},"readme"',
    )
    const { found } = await read(text)
    expect(found).not.toHaveProperty('polluted')
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  it('hands on chunks that stay as they are', async () => {
    const bytes = randomBytes(500_000)
    const { tarball } = await read(JSON.stringify(documentOf(bytes)), 10_000)
    expect(tarball.equals(bytes)).toBe(true)
  })

  it('finds what JSON.parse and a base64 decoder find, wherever the chunks end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 100 }),
        fc.constantFrom(undefined, 1, '\t'),
        async (extra, bytes, size, indent) => {
          const document = { ...extra, ...documentOf(Buffer.from(bytes)) }
          document.versions = { '1.0.0': { ...extra, name: 'demo', version: '1.0.0' } }
          const text = JSON.stringify(document, undefined, indent)
          const { found, tarball } = await read(text, size)
          const expected = JSON.parse(text)
          if (found.kind !== 'publish') throw new Error('It was taken for a metadata update.')
          expect(found.manifest).toEqual(expected.versions['1.0.0'])
          expect(tarball).toEqual(Buffer.from(expected._attachments[FILE].data, 'base64'))
        },
      ),
    )
  })
})

describe('readPublishBody refuses', () => {
  it.each([
    ['text', 'x', 'not valid JSON'],
    ['nothing', '', 'not valid JSON'],
    ['an array', '[]', 'not a JSON object'],
    ['a string', '"x"', 'not a JSON object'],
    ['a number', '1', 'not a JSON object'],
    ['closing brackets', ']]]', 'not valid JSON'],
    ['two documents', TEXT + TEXT, 'not valid JSON'],
    ['a byte order mark', `\ufeff${TEXT}`, 'not valid JSON'],
    ['a document that is cut short', TEXT.slice(0, -2), 'cut short'],
    ['a document that is cut short within the tarball', TEXT.slice(0, -60), 'cut short'],
    ['deep nesting', '['.repeat(200) + ']'.repeat(200), 'deeper than 128'],
    ['_attachments twice', TEXT.replace('"name"', '"_attachments":{},"name"'), 'twice'],
    ['_attachments twice, escaped', TEXT.replace('"_id"', '"\\u005fattachments"'), 'twice'],
    ['an attachment twice', TEXT.replace(`"${FILE}"`, `"${FILE}":{},"${FILE}"`), 'the same name'],
    ['data twice', TEXT.replace('"data"', '"data":"","data"'), 'two data'],
  ])('%s', async (_, text, reason) => {
    expect(await refusal(text)).toEqual(refused(reason))
  })

  it('text that is not UTF-8', async () => {
    const bytes = Buffer.from(TEXT)
    bytes[TEXT.indexOf('Demo')] = 0xff
    expect(await refusalOf(() => read(bytes))).toEqual(refused('not UTF-8'))
  })

  it.each(['A', '\\\\/A', '\\"', 'AAA\\u0041'])('the base64 %j', async (data) => {
    const text = TEXT.replace(/"data":"[^"]*","length":\d+/, () => `"data":"${data}"`)
    expect(await refusal(text)).toEqual(refused('not base64'))
  })

  it.each<[string, Json, string]>([
    ['two versions', { versions: { '1.0.0': {}, '1.0.1': {} } }, 'exactly one version'],
    ['no version', { versions: {} }, 'exactly one version'],
    ['no versions', { versions: undefined }, 'no object as its versions'],
    ['versions in an array', { versions: [{}] }, 'no object as its versions'],
    ['a manifest of another package', { name: 'other' }, 'manifest that is not of other'],
    ['a name that is no text', { name: 1 }, 'no text as its name'],
    ['an unknown access', { access: 'secret' }, 'neither "public" nor "restricted"'],
    ['a tag for another version', { 'dist-tags': { latest: '2.0.0' } }, 'does not point at 1.0.0'],
    ['tags in a string', { 'dist-tags': 'latest' }, 'no object as its dist-tags'],
    [
      '_attachments in an array',
      { _attachments: [{ data: 'AAAA' }] },
      'object as its _attachments',
    ],
  ])('%s', async (_, changes, reason) => {
    expect(await refusal(documentOf(BYTES, changes))).toEqual(refused(reason))
  })

  it.each<[string, Json, string]>([
    ['of another name', { 'demo-1.0.1.tgz': attachment(BYTES) }, 'not named after demo 1.0.0'],
    ['of a path', { '../demo-1.0.0.tgz': attachment(BYTES) }, 'not named after demo 1.0.0'],
    ['of another kind', { 'demo-1.0.0.zip': attachment(BYTES) }, 'neither a .tgz nor a .sigstore'],
    ['of another length', { [FILE]: { ...attachment(BYTES), length: 3 } }, 'but 20 arrived'],
    ['without data', { [FILE]: { length: 3 } }, 'no tarball among them'],
    ['whose data is a number', { [FILE]: { data: 3 } }, 'no tarball among them'],
    ['that is a bundle only', { 'demo-1.0.0.sigstore': { data: '{}' } }, 'no tarball among them'],
    [
      'beside another one',
      { [FILE]: attachment(BYTES), 'b.tgz': attachment(BYTES) },
      'two tarballs',
    ],
    ['beside two others', { a: {}, b: {}, [FILE]: attachment(BYTES) }, 'more than a tarball'],
    [
      'beside another bundle',
      { [FILE]: attachment(BYTES), 'b.sigstore': { data: '' } },
      'not named',
    ],
    [
      'beside a bundle of another length',
      { [FILE]: attachment(BYTES), 'demo-1.0.0.sigstore': { data: '{}', length: 3 } },
      'another length than its Sigstore bundle',
    ],
  ])('an attachment %s', async (_, files, reason) => {
    expect(await refusal(documentOf(BYTES, { _attachments: files }))).toEqual(refused(reason))
  })

  it('names, versions and tags that are not allowed', async () => {
    const code = async (from: string, to: string) => (await refusal(TEXT.replaceAll(from, to))).code
    expect(await code('"demo"', '"Demo"')).toBe('name_invalid')
    expect(await code('"1.0.0"', '"v1.0.0"')).toBe('version_invalid')
    expect(await code('"latest"', '"1.x"')).toBe('name_invalid')
  })

  it('too large a tarball, document or bundle', async () => {
    const code = async (text: string, limits: { tarball: number; document?: number }) =>
      (await refusalOf(() => read(text, 1000, limits))).code
    expect(await code(TEXT, { tarball: 19 })).toBe('too_large')
    expect((await read(TEXT, 1000, { tarball: 20 })).tarball).toEqual(BYTES)
    const long = JSON.stringify(documentOf(BYTES, { readme: 'x'.repeat(200_000) }))
    expect(await code(long, { tarball: 100, document: 100_000 })).toBe('too_large')
    const bundle = {
      [FILE]: attachment(BYTES),
      'demo-1.0.0.sigstore': { data: 'x'.repeat(2 ** 21) },
    }
    const signed = JSON.stringify(documentOf(BYTES, { _attachments: bundle }))
    expect(await code(signed, { tarball: 100 })).toBe('attestations_too_large')
    // It is said of the bundle even where the document is given up in the middle of it.
    expect(await code(signed, { tarball: 100, document: 2 ** 20 })).toBe('attestations_too_large')
  })

  it('nothing that a sink throws is hidden', async () => {
    const sink = () => ({ write: () => Promise.reject(new Error('disk full')) })
    await expect(readPublishBody(chunksOf(TEXT), sink, { tarball: 100 })).rejects.toThrow(
      'disk full',
    )
  })
})

it('throws nothing but InvalidUpload, whichever bytes of a document change', async () => {
  const bytes = Buffer.from(TEXT)
  const interesting = fc.constantFrom(...Buffer.from('"\\{}[]:,/=_d0\u0000'))
  const flips = fc.array(fc.tuple(fc.nat(), fc.oneof(interesting, fc.nat(255))), { maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(flips, fc.nat(bytes.length), fc.nat(9), async (changes, cut, size) => {
      const copy = Buffer.from(cut % 2 === 0 ? bytes : bytes.subarray(0, cut))
      for (const [at, byte] of changes) copy[at % copy.length] = byte
      await read(copy, size + 1).catch((error: unknown) =>
        expect(error).toBeInstanceOf(InvalidUpload),
      )
    }),
    { numRuns: 2000 },
  )
})
