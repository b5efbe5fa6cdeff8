import { describe, expect, it } from 'vitest'
import { InvalidUpload, type UploadProblem } from '../invalid-upload.ts'
import { parseDistTag, parseNpmName, parseNpmVersion, parsePypiName } from './names.ts'

function codeOf(work: () => unknown): UploadProblem | undefined {
  try {
    work()
  } catch (error) {
    if (error instanceof InvalidUpload) return error.code
    throw error
  }
  return undefined
}

describe('parseNpmName', () => {
  it.each(['a', 'left-pad', 'lodash.merge', 'x_y', '0', '@acme/widget', '@acme/_x', '@a.b/legacy'])(
    'accepts %j',
    (name) => expect(parseNpmName(name)).toBe(name),
  )

  it.each(
    [
      [
        '',
        '.hidden',
        '_private',
        '-',
        '-x',
        'Upper',
        'a b',
        ' a',
        'a\n',
        'a/b',
        'a/b/c',
        'a~b',
        "a'b",
      ],
      [
        '@acme',
        '@/x',
        '@acme/',
        '@acme/.x',
        '@acme/..',
        '@.a/x',
        '@_a/x',
        '@a/b/c',
        '@a/B',
        '@a\\b/c',
      ],
      [
        'a%2fb',
        'ä',
        '..',
        'a\u0000',
        '__proto__',
        'x'.repeat(215),
        `@${'x'.repeat(107)}/${'y'.repeat(107)}`,
      ],
      [
        'node_modules',
        'favicon.ico',
        'http',
        'fs',
        'legacy',
        'simple',
        'pypi',
        'integrity',
        'packages',
        'files',
      ],
    ].flat(),
  )('refuses %j', (name) => {
    expect(codeOf(() => parseNpmName(name))).toBe('name_invalid')
  })

  it('refuses what only looks lower case', () => {
    for (const name of ['\u212a', 'ſ', 'ı']) {
      expect(codeOf(() => parseNpmName(name))).toBe('name_invalid')
    }
  })
})

describe('parsePypiName', () => {
  it.each([
    ['demo', 'demo'],
    ['Demo_Pkg.Core', 'demo-pkg-core'],
    ['a-._b', 'a-b'],
    ['0', '0'],
  ])('normalises %j to %j', (name, normalised) => {
    expect(parsePypiName(name)).toEqual({ name, normalised })
  })

  it.each(['', '-a', 'a-', '.a', 'a_', 'a b', 'a/b', 'ä', 'a\n', '\u212a', 'ı', 'x'.repeat(151)])(
    'refuses %j',
    (name) => expect(codeOf(() => parsePypiName(name))).toBe('name_invalid'),
  )
})

describe('parseNpmVersion', () => {
  it.each(['0.0.0', '1.2.3', '1.2.3-beta.1', '1.0.0--x'])('accepts %j', (version) => {
    expect(parseNpmVersion(version)).toBe(version)
  })

  it.each([
    ...['', '1', '1.2', 'v1.2.3', ' 1.2.3', '1.2.3\n', '01.2.3', '1.2.3+build', '1.2.3-01'],
    ...[
      'latest',
      '^1.2.3',
      '1.2.3/..',
      '9007199254740993.0.0',
      '__proto__',
      '1.0.0-'.padEnd(300, 'x'),
    ],
  ])('refuses %j', (version) => {
    expect(codeOf(() => parseNpmVersion(version))).toBe('version_invalid')
  })

  it('tells how to write a version that is not in canonical form', () => {
    expect(() => parseNpmVersion('v1.2.3')).toThrow('write 1.2.3')
  })
})

describe('parseDistTag', () => {
  it.each(['latest', 'next', 'beta-2', 'release_1', 'v-next', 'x-ray'])('accepts %j', (tag) => {
    expect(parseDistTag(tag)).toBe(tag)
  })

  it.each([
    ...['', '1.0.0', '1', 'v1', 'v1.2', 'x', 'X', '1.x', '1.0.0-beta', '>=1', '^1', '*'],
    ...['a b', ' a', 'a/b', 'ä', '__proto__', '.a', '-a', 'a\n', 'x'.repeat(215)],
  ])('refuses %j', (tag) => {
    expect(codeOf(() => parseDistTag(tag))).toBe('name_invalid')
  })
})
