import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesGlob, matchesGlobs } from './globs.ts'

describe('matchesGlob', () => {
  it.each([
    ['packages/a', 'packages/*', true],
    ['packages/a/b', 'packages/*', false],
    ['packages/a/b', 'packages/**', true],
    ['a', '**', true],
    ['a/b/c', 'a/**/c', true],
    ['a/c', 'a/**/c', true],
    ['packages/a', './packages/*/', true],
    ['packages/a', 'packages/{a,b}', true],
    ['packages/c', 'packages/{a,b}', false],
    ['a-x-b', 'a*b', true],
    ['ab', 'a?', true],
    ['a', 'b', false],
  ])('of %j against %j is %j', (path, glob, expected) => {
    expect(matchesGlob(path, glob)).toBe(expected)
  })

  it('covers itself where there is nothing special in it', () => {
    const segment = fc.stringMatching(/^[a-z@.-]+$/).filter((text) => text !== '.')
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1 }), (segments) => {
        expect(matchesGlob(segments.join('/'), segments.join('/'))).toBe(true)
      }),
    )
  })

  it('takes no exponential time', () => {
    expect(matchesGlob('a'.repeat(200), `${'*a'.repeat(60)}b`)).toBe(false)
    expect(matchesGlob('x', '{a,b}'.repeat(40))).toBe(false)
  })
})

describe('matchesGlobs', () => {
  it('lets a later exclusion take out again', () => {
    expect(matchesGlobs('packages/a', ['packages/*', '!packages/a'])).toBe(false)
    expect(matchesGlobs('packages/b', ['packages/*', '!packages/a'])).toBe(true)
  })
})
