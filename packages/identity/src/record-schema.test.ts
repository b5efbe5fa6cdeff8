import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PROVIDERS } from './providers/index.ts'
import { parsePublisherRecord } from './record.ts'
import { publisherRecordSchema } from './record-schema.ts'
import { formatPublisherRecord } from './record-text.ts'

const ajv = new Ajv2020({ strict: false })
const validate = ajv.compile(publisherRecordSchema())

const ENTRY = {
  package: 'npm:@acme/widget',
  registry: 'https://registry.npmjs.org/',
  provider: 'github',
  repository: 'acme/widget',
  workflow: 'release.yml',
  permissions: ['publish'],
}

const isRead = (document: unknown): boolean => {
  try {
    parsePublisherRecord(JSON.stringify(document))
    return true
  } catch {
    return false
  }
}

describe('the schema of trusted-publishers.json', () => {
  it.each(PROVIDERS)('takes what is written for a publisher of $id', ({ id, example }) => {
    const publisher = {
      package: 'pypi:acme-widget',
      registry: 'https://upload.pypi.org/legacy/',
      provider: id,
      fields: example.fields,
      permissions: ['publish', 'stage'] as const,
    }
    const text = formatPublisherRecord({ publishers: [publisher] }, 'a comment')
    expect(validate(JSON.parse(text)), JSON.stringify(validate.errors)).toBe(true)
  })

  it.each([
    [{}],
    [{ publishers: {} }],
    [{ publishers: [{ ...ENTRY, workflwo: 'release.yml' }] }],
    [{ publishers: [{ ...ENTRY, provider: 'jenkins' }] }],
    [{ publishers: [{ ...ENTRY, package: 'widget' }] }],
    [{ publishers: [{ ...ENTRY, registry: 'npmjs' }] }],
    [{ publishers: [{ ...ENTRY, repository: undefined }] }],
    [{ publishers: [{ ...ENTRY, repository: 7 }] }],
    [{ publishers: [{ ...ENTRY, permissions: [] }] }],
    [{ publishers: [{ ...ENTRY, permissions: ['delete'] }] }],
  ])('refuses %j, and so does the reader', (document) => {
    expect(validate(JSON.parse(JSON.stringify(document)))).toBe(false)
    expect(isRead(document)).toBe(false)
  })

  it('takes everything that the reader takes', () => {
    const value = fc.oneof(
      fc.constantFrom(...Object.values(ENTRY).flat(), 'gitlab', 'release', 'pypi:a', 'stage'),
      fc.string(),
      fc.constant(undefined),
    )
    const names = [...Object.keys(ENTRY), 'environment', 'issuer', 'ref', 'other']
    const change = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 })
    fc.assert(
      fc.property(change, (changes) => {
        const permissions = changes.permissions === undefined ? undefined : [changes.permissions]
        const document = { publishers: [{ ...ENTRY, ...changes, permissions }] }
        if (!isRead(document)) return
        expect(validate(JSON.parse(JSON.stringify(document))), JSON.stringify(document)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('lets a file name it', () => {
    expect(isRead({ $schema: './trusted-publishers.schema.json', publishers: [ENTRY] })).toBe(true)
  })
})
