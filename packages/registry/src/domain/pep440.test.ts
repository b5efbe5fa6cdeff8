import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { comparePep440, type Pep440Version, parsePep440, readPep440 } from './pep440.ts'

const compare = (a: string, b: string) => comparePep440(parsePep440(a), parsePep440(b))

const digits = fc.nat(30).map(String)
const separator = fc.constantFrom('', '.', '-', '_')
const maybe = (part: fc.Arbitrary<string>) => fc.oneof(fc.constant(''), part)
const join = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((all) => all.join(''))

/** Versions in every spelling that PEP 440 allows. */
const version = join(
  maybe(fc.constantFrom('v', 'V', '0!', '1!')),
  fc.array(digits, { minLength: 1, maxLength: 4 }).map((all) => all.join('.')),
  maybe(
    join(
      separator,
      fc.constantFrom('a', 'ALPHA', 'b', 'beta', 'c', 'rc', 'pre', 'preview'),
      digits,
    ),
  ),
  maybe(
    fc.oneof(join(fc.constant('-'), digits), join(separator, fc.constantFrom('post', 'r', 'rev'))),
  ),
  maybe(join(separator, fc.constant('dev'), maybe(digits))),
  maybe(fc.constantFrom('+abc', '+1', '+abc.1', '+ABC-2', '+10_x', '+0')),
)

describe('parsePep440', () => {
  // PEP 440, "Normalization".
  it.each([
    ['1.1RC1', '1.1rc1'],
    ['00', '0'],
    ['09000', '9000'],
    ['1.0+foo0100', '1.0+foo0100'],
    ['1.1.a1', '1.1a1'],
    ['1.1-a1', '1.1a1'],
    ['1.1a.1', '1.1a1'],
    ['1.1alpha1', '1.1a1'],
    ['1.1beta2', '1.1b2'],
    ['1.1c3', '1.1rc3'],
    ['1.1preview', '1.1rc0'],
    ['1.2a', '1.2a0'],
    ['1.2-post2', '1.2.post2'],
    ['1.2post2', '1.2.post2'],
    ['1.2.post-2', '1.2.post2'],
    ['1.0-r4', '1.0.post4'],
    ['1.0-rev', '1.0.post0'],
    ['1.0-1', '1.0.post1'],
    ['1.2-dev2', '1.2.dev2'],
    ['1.2dev', '1.2.dev0'],
    ['1.0+ubuntu-1', '1.0+ubuntu.1'],
    ['v1.0', '1.0'],
    [' 1.0\n', '1.0'],
    ['0!1.0', '1.0'],
    ['1!1.0', '1!1.0'],
    ['1.0.20240101123456789012', '1.0.20240101123456789012'],
    ['1.0a1.post2.dev3+x.4', '1.0a1.post2.dev3+x.4'],
  ])('normalises %j to %j', (text, normalised) => {
    expect(parsePep440(text).normalised).toBe(normalised)
  })

  it.each([
    ...['', 'latest', '1.0-', '1..0', '1.0.', '.1', '1.0+', '1.0+a+b', '1.0++', '1.0-1-2', '1.0.x'],
    ...['!1.0', '1.0a1a2', '1.0 1', 'vv1', '1.0.dev1.post1', '１.0', '1'.repeat(129)],
  ])('refuses %j', (text) => {
    expect(readPep440(text)).toBeUndefined()
    expect(() => parsePep440(text)).toThrow('is not a version under PEP 440')
  })

  it('normalises to text that normalises to itself and is equal', () => {
    fc.assert(
      fc.property(version, (text) => {
        const { normalised } = parsePep440(text)
        expect(parsePep440(normalised).normalised).toBe(normalised)
        expect(compare(text, normalised)).toBe(0)
      }),
    )
  })

  it('answers for any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        readPep440(text)
      }),
    )
  })
})

describe('comparePep440', () => {
  it('orders the examples of PEP 440', () => {
    const ordered = [
      ...[
        '1.dev0',
        '1.0.dev456',
        '1.0a1',
        '1.0a2.dev456',
        '1.0a12.dev456',
        '1.0a12',
        '1.0b1.dev456',
      ],
      ...['1.0b2', '1.0b2.post345.dev456', '1.0b2.post345', '1.0rc1.dev456', '1.0rc1', '1.0'],
      ...[
        '1.0+abc.5',
        '1.0+abc.7',
        '1.0+5',
        '1.0.post456.dev34',
        '1.0.post456',
        '1.0.15',
        '1.1.dev1',
      ],
      ...['2.0', '2013.10', '1!0.1'],
    ]
    const shuffled = ordered.toSorted()
    expect(shuffled.toSorted(compare)).toEqual(ordered)
  })

  it('takes versions for equal that differ in trailing zeros only', () => {
    expect(compare('1', '1.0.0')).toBe(0)
    expect(compare('1.0+abc', '1.0+abc.0')).toBeLessThan(0)
  })

  it('is a total order', () => {
    const parsed: fc.Arbitrary<Pep440Version> = version.map(parsePep440)
    const sign = (a: Pep440Version, b: Pep440Version) => Math.sign(comparePep440(a, b))
    fc.assert(
      fc.property(parsed, parsed, parsed, (a, b, c) => {
        expect(sign(a, a)).toBe(0)
        expect(sign(a, b)).toBe(0 - sign(b, a))
        if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0)
      }),
      { numRuns: 1000 },
    )
  })
})
