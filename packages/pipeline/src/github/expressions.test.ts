import { describe, expect, it } from 'vitest'
import { isNever } from './expressions.ts'

const ROW = new Map([
  ['matrix.node', '20'],
  ['matrix.os', 'ubuntu-latest'],
  ['matrix.publish', 'false'],
])

describe('isNever', () => {
  it.each([
    'matrix.node == 24',
    "matrix.node == '24'",
    `\${{ matrix.node == '24' && github.ref_type == 'tag' }}`,
    "github.event_name == 'push' && matrix.node != 20",
    "'24' == matrix.node",
    'matrix.publish',
    'matrix.publish == true',
    'false',
  ])('knows that %s does not hold in the row', (condition) => {
    expect(isNever(condition, ROW)).toBe(true)
  })

  it.each([
    'matrix.node == 20',
    "matrix.node == '20.0'",
    "matrix.os == 'Ubuntu-Latest'",
    '!matrix.publish',
    "matrix.node == 24 || github.ref_type == 'tag'",
    'matrix.node == env.RELEASE_NODE',
    'matrix.other == 24',
    "github.event_name == 'release'",
    "startsWith(matrix.os, 'windows')",
    'always()',
  ])('leaves %s to the run', (condition) => {
    expect(isNever(condition, ROW)).toBe(false)
  })

  it('holds without a condition', () => {
    expect(isNever(undefined, ROW)).toBe(false)
  })
})
