import fc from 'fast-check'
import validRange from 'semver/ranges/valid.js'
import { expect, it } from 'vitest'
import { checkTag, deriveTag } from './dist-tag.ts'

it.each([
  ['1.0.0', undefined, 'latest'],
  ['1.0.1', '1.0.0', 'latest'],
  ['2.0.0', '2.0.0-rc.1', 'latest'],
  ['1.0.0', '2.0.0-rc.1', 'latest'],
  ['1.9.0', '2.0.0', 'release-1.x'],
  ['0.5.9', '0.6.0', 'release-0.5.x'],
  ['2.0.0-beta.1', '1.0.0', 'beta'],
  ['2.0.0-beta.1', undefined, 'beta'],
  ['2.0.0-0', '1.0.0', 'next'],
  ['2.0.0-latest.1', '1.0.0', 'next'],
  ['2.0.0-x.1', '1.0.0', 'next'],
])('gives %s beside latest %s the tag %s', (version, latest, tag) => {
  expect(deriveTag(version, latest)).toBe(tag)
})

const number = fc.nat(30)
const plain = fc.tuple(number, number, number).map((parts) => parts.join('.'))
const identifier = fc.stringMatching(/^[0-9A-Za-z-]{1,8}$/).filter((text) => !/^0\d+$/.test(text))
const version = fc
  .tuple(plain, fc.array(identifier, { maxLength: 3 }))
  .map(([core, rest]) => (rest.length === 0 ? core : `${core}-${rest.join('.')}`))

it('never derives what npm would refuse, nor latest for a prerelease', () => {
  fc.assert(
    fc.property(version, fc.option(version, { nil: undefined }), (next, latest) => {
      const tag = deriveTag(next, latest)
      expect(validRange(tag)).toBeNull()
      expect(checkTag(tag)).toBe(tag)
      if (next.includes('-')) expect(tag).not.toBe('latest')
    }),
  )
})

it.each(['1.x', 'v1', '>=1', '*', '', 'a b', 'ä', 'a/b'])('refuses the tag %j', (tag) => {
  expect(() => checkTag(tag)).toThrow(expect.objectContaining({ code: 'tag_invalid' }))
})
