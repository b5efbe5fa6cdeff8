import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Refusal } from './errors.ts'
import { PROVIDERS } from './providers/index.ts'
import { parsePublisherRecord } from './record.ts'
import {
  formatPublisherRecord,
  type PublisherRecord,
  type RecordedPublisher,
} from './record-text.ts'

const entry = {
  package: 'npm:@acme/widget',
  registry: 'https://registry.npmjs.org/',
  provider: 'github',
  repository: 'acme/widget',
  workflow: 'release.yml',
}
const parseEntry = (changed: object) =>
  parsePublisherRecord(JSON.stringify({ publishers: [{ ...entry, ...changed }] }))
const refusal = (code: string, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) })

const recorded: fc.Arbitrary<RecordedPublisher> = fc
  .record({
    provider: fc.constantFrom(...PROVIDERS),
    name: fc.string({ minLength: 1 }).filter((text) => !/^[\n\r\u2028\u2029]/.test(text)),
    ecosystem: fc.constantFrom('npm', 'pypi'),
    registry: fc.webUrl(),
    issuer: fc.option(fc.webUrl()),
    permissions: fc.constantFrom<RecordedPublisher['permissions']>(
      ['publish'],
      ['stage'],
      ['publish', 'stage'],
    ),
    ref: fc.boolean(),
  })
  .map(({ provider, name, ecosystem, registry, issuer, permissions, ref }) => {
    const { ref: pattern, ...fields } = provider.example.fields
    return {
      package: `${ecosystem}:${name}`,
      registry,
      provider: provider.id,
      ...(issuer === null ? {} : { issuer }),
      fields: ref && pattern !== undefined ? { ...fields, ref: pattern } : fields,
      permissions,
    }
  })

describe('trusted-publishers.json', () => {
  it('says what was recorded', () => {
    fc.assert(
      fc.property(fc.array(recorded, { maxLength: 4 }), (publishers) => {
        const record: PublisherRecord = { publishers }
        const text = formatPublisherRecord(record)
        expect(parsePublisherRecord(text)).toEqual(record)
        expect(formatPublisherRecord(parsePublisherRecord(text))).toBe(text)
      }),
    )
  })

  it('is one JSON document with a last line feed', () => {
    expect(formatPublisherRecord({ publishers: [] })).toBe('{\n  "publishers": []\n}\n')
  })

  it('allows publishing where it names no permissions, and one permission without a list', () => {
    expect(parseEntry({}).publishers[0]?.permissions).toEqual(['publish'])
    expect(parseEntry({ permissions: 'stage' }).publishers[0]?.permissions).toEqual(['stage'])
  })

  it.each([
    '',
    '{',
    'null',
    '1',
    '"text"',
    '[]',
    '{}',
    '{"publishers":{}}',
    '{"publishers":null}',
    '\uFEFF{}',
  ])('is refused as %j', (text) => {
    expect(() => parsePublisherRecord(text)).toThrow(refusal('record_invalid'))
  })

  it.each<[object, string]>([
    [{ package: undefined }, 'package'],
    [{ package: 'widget' }, 'package'],
    [{ package: 'npm:' }, 'package'],
    [{ package: 'gem:widget' }, 'package'],
    [{ package: ['npm:widget'] }, 'package'],
    [{ registry: undefined }, 'registry'],
    [{ registry: 'registry.npmjs.org' }, 'registry'],
    [{ registry: 1 }, 'registry'],
    [{ issuer: 'x' }, 'issuer'],
    [{ issuer: null }, 'issuer'],
    [{ provider: undefined }, 'provider'],
    [{ provider: null }, 'provider'],
    [{ provider: { toString: null, valueOf: null } }, 'provider'],
    [{ provider: ['github'] }, 'provider'],
    [{ permissions: [] }, 'permissions'],
    [{ permissions: null }, 'permissions'],
    [{ permissions: ['publish', 'publish'] }, 'permissions'],
    [{ permissions: ['publish', 'admin'] }, 'permissions'],
    [{ permissions: { publish: true } }, 'permissions'],
  ])('is refused with an entry that has %j', (changed, named) => {
    expect(() => parseEntry(changed)).toThrow(refusal('record_invalid', `publishers[0].${named}`))
  })

  it.each([null, 1, 'text', true])('is refused with the entry %j', (publisher) => {
    const text = JSON.stringify({ publishers: [publisher] })
    expect(() => parsePublisherRecord(text)).toThrow(refusal('record_invalid', 'publishers[0]'))
  })

  it('is refused with unknown providers and with fields that do not belong to the provider', () => {
    expect(() => parseEntry({ provider: 'jenkins' })).toThrow(refusal('provider_unknown'))
    expect(() => parseEntry({ owner: 'acme' })).toThrow(refusal('field_unknown', 'owner'))
    expect(() => parseEntry({ repository: 'acme' })).toThrow(refusal('field_invalid'))
    expect(() => parseEntry({ workflow: 1 })).toThrow(refusal('field_invalid'))
    const withProto = JSON.stringify({ publishers: [entry] }).replace(
      '"package"',
      '"__proto__":{},"package"',
    )
    expect(() => parsePublisherRecord(withProto)).toThrow(refusal('field_unknown', '__proto__'))
  })

  it('is refused with nothing but a Refusal, whatever it says', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(entry)))
    const member = fc.constantFrom(...Object.keys(entry), 'issuer', 'permissions', 'toString', 'x')
    const document = fc.record({ publishers: fc.array(fc.dictionary(member, value)) })
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          document.map((each) => JSON.stringify(each)),
        ),
        (text) => {
          try {
            parsePublisherRecord(text)
          } catch (error) {
            expect(error).toBeInstanceOf(Refusal)
          }
        },
      ),
    )
  })
})
