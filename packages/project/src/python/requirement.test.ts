import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDependency } from '../dependencies.ts'
import { isVersion, requirementOf, specifierOf } from './requirement.ts'

type Triple = readonly [number, number, number]

const number = fc.nat({ max: 12 })
const triple: fc.Arbitrary<Triple> = fc.tuple(number, number, number)

const compare = (one: Triple, other: Triple): number =>
  one[0] - other[0] || one[1] - other[1] || one[2] - other[2]

/** Reads `>=1.2,<2` as pip does, where missing numbers are 0. */
function takes(specifier: string, version: Triple): boolean {
  return specifier.split(',').every((part) => {
    const [, operator, text = ''] = /^(>=|<)([\d.]+)$/.exec(part) ?? []
    const [major = 0, minor = 0, patch = 0] = text.split('.').map(Number)
    const order = compare(version, [major, minor, patch])
    return operator === '>=' ? order >= 0 : order < 0
  })
}

describe('specifierOf', () => {
  it('lets a caret through exactly what keeps the first number that is not 0', () => {
    fc.assert(
      fc.property(triple, triple, (base, version) => {
        const first = base.findIndex((part) => part > 0)
        const kept = base.slice(0, first < 0 ? 3 : first + 1)
        const expected =
          compare(version, base) >= 0 && kept.every((part, at) => part === version[at])
        expect(takes(specifierOf(`^${base.join('.')}`) ?? '', version)).toBe(expected)
      }),
    )
  })

  it('lets a tilde through exactly what keeps major and minor version', () => {
    fc.assert(
      fc.property(triple, triple, (base, version) => {
        const [major, minor] = base
        const expected = compare(version, base) >= 0 && version[0] === major && version[1] === minor
        expect(takes(specifierOf(`~${base.join('.')}`) ?? '', version)).toBe(expected)
      }),
    )
  })

  it.each([
    ['^2.30', '>=2.30,<3'],
    ['^0.30', '>=0.30,<0.31'],
    ['^0', '>=0,<1'],
    ['^0.0', '>=0.0,<0.1'],
    ['^1.2.0-beta.1', '>=1.2.0-beta.1,<2'],
    ['~1', '>=1,<2'],
    ['~1.4', '>=1.4,<1.5'],
    ['1.2.3', '==1.2.3'],
    ['=1.2.3', '==1.2.3'],
    ['1.x', '==1.*'],
    ['!=1.3.*', '!=1.3.*'],
    ['~=1.4.2', '~=1.4.2'],
    ['>=2,<3', '>=2,<3'],
    ['>= 2, < 3, != 2.1', '>=2,<3,!=2.1'],
    ['>=2 <3', '>=2,<3'],
    ['*', ''],
    ['', ''],
  ])('writes %s as %s', (range, specifier) => {
    expect(specifierOf(range)).toBe(specifier)
  })

  it.each(['^1 || ^2', 'latest', '~=1', '>=', '1 - 2', '^^1', '>=1;2', 'file:../a', '=>1', '>=*'])(
    'has nothing for %s, which PEP 440 cannot say',
    (range) => {
      expect(specifierOf(range)).toBeUndefined()
    },
  )
})

describe('isVersion', () => {
  it.each(['0.0.0', '1.2', '1.0.0-beta.1', '1.0rc1', '2.0.dev3', '1.0a1.post2'])(
    'takes %s',
    (text) => {
      expect(isVersion(text)).toBe(true)
    },
  )

  it.each(['', 'v', '1.x', '1.0.0-next.1', '1.0 ', '1..0', '1.0\n'])('refuses %j', (text) => {
    expect(isVersion(text)).toBe(false)
  })
})

describe('requirementOf', () => {
  const requirement = (spec: string): string =>
    requirementOf('PythonProject', { ...parseDependency(spec), type: 'runtime' })

  it.each([
    ['requests', 'requests'],
    ['requests@^2.30', 'requests>=2.30,<3'],
    ['requests>=2,<3', 'requests>=2,<3'],
    ['uvicorn[standard]@^0.30', 'uvicorn[standard]>=0.30,<0.31'],
    ['tomli@>=2; python_version < "3.11"', 'tomli>=2; python_version < "3.11"'],
    ['pywin32@*; sys_platform == "win32"', 'pywin32; sys_platform == "win32"'],
  ])('writes %s as %s', (spec, text) => {
    expect(requirement(spec)).toBe(text)
  })

  it.each([
    ['@acme/widget@^1', 'PyPI has no such names.'],
    ['requests@^1 || ^2', 'PEP 440 has no alternatives'],
    ['python@^3.10', 'requiresPython'],
  ])('refuses %s', (spec, reason) => {
    expect(() => requirement(spec)).toThrow(
      expect.objectContaining({
        code: 'option_invalid',
        message: expect.stringContaining(reason),
      }),
    )
  })
})
