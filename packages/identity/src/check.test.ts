import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  caseless,
  exactly,
  fileAtRef,
  isBoolean,
  isPattern,
  lowerAscii,
  matchesPattern,
  npmTrustFile,
  refCheck,
  textClaim,
  textsClaim,
} from './check.ts'

/** The definition of a match, as slow as it is obvious. */
function matchesByDefinition(pattern: string, text: string): boolean {
  const stars = /^\*+/.exec(pattern)?.[0] ?? ''
  if (stars === '')
    return pattern === ''
      ? text === ''
      : pattern[0] === text[0] && matchesByDefinition(pattern.slice(1), text.slice(1))
  for (let length = 0; length <= text.length; length += 1) {
    if (stars === '*' && text.slice(0, length).includes('/')) return false
    if (matchesByDefinition(pattern.slice(stars.length), text.slice(length))) return true
  }
  return false
}

const over = (alphabet: string, maxLength: number) =>
  fc.array(fc.constantFrom(...alphabet), { maxLength }).map((characters) => characters.join(''))

describe('matchesPattern', () => {
  it('agrees with the definition of a match', () => {
    fc.assert(
      fc.property(over('ab/*', 8), over('ab/', 8), (pattern, text) => {
        const expected = text !== '' && isPattern(pattern) && matchesByDefinition(pattern, text)
        expect(matchesPattern(pattern, text)).toBe(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('matches a pattern without wildcards to itself only', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (pattern, more) => {
        fc.pre(!pattern.includes('*'))
        expect(matchesPattern(pattern, pattern)).toBe(true)
        expect(matchesPattern(pattern, pattern + more)).toBe(false)
        expect(matchesPattern(pattern, more + pattern)).toBe(false)
      }),
    )
  })

  it.each([
    ['refs/tags/a|refs/tags/b', 'refs/tags/a'],
    ['refs/tags/a|refs/tags/b', 'refs/tags/bEVIL'],
    ['refs/tags/v1.0', 'refs/tags/v1x0'],
    ['refs/tags/v*', 'refs/tags/v1/../../heads/main'],
    ['refs/tags/v*', 'refs/tags/v1/evil'],
    ['refs/tags/v*', 'refs/tags/v1\n/evil'],
    ['refs/tags/v*', 'xrefs/tags/v1'],
    ['refs/heads/main', 'refs/heads/main\n'],
    ['refs/tags/v[0-9]', 'refs/tags/v1'],
    ['refs/tags/v?', 'refs/tags/v1'],
    ['refs/tags/(v)', 'refs/tags/v'],
    ['**', ''],
    ['*', ''],
    ['', ''],
    ['', 'refs/heads/main'],
    ['*****a*b*c*d*e', 'abcde'],
  ])('does not let %j match %j', (pattern, text) => {
    expect(matchesPattern(pattern, text)).toBe(false)
  })

  it.each([
    ['refs/tags/v*', 'refs/tags/v1.0.0'],
    ['refs/tags/v*', 'refs/tags/v'],
    ['refs/tags/*@*', 'refs/tags/widget@1.0.0'],
    ['refs/**', 'refs/tags/@acme/widget@1.0.0'],
    ['refs/heads/**/x', 'refs/heads/a/b/x'],
    ['refs/tags/v+(1)', 'refs/tags/v+(1)'],
  ])('lets %j match %j', (pattern, text) => {
    expect(matchesPattern(pattern, text)).toBe(true)
  })

  it('needs little time for the worst pattern and the longest claim', () => {
    const start = performance.now()
    for (const pattern of ['**a**a**a**aX', '*a*a*a*aX', `${'a'.repeat(247)}**a**a*X`]) {
      expect(matchesPattern(pattern, `${'a'.repeat(254)}b`)).toBe(false)
      expect(matchesPattern(pattern, 'a'.repeat(32 * 1024))).toBe(false)
    }
    expect(performance.now() - start).toBeLessThan(1000)
  })

  it('refuses patterns that are too long or have too many wildcards', () => {
    expect(isPattern('a'.repeat(255))).toBe(true)
    expect(isPattern('a'.repeat(256))).toBe(false)
    expect(isPattern('*a*a*a*a')).toBe(true)
    expect(isPattern('*a*a*a*a*')).toBe(false)
  })
})

describe('refCheck', () => {
  it('passes if one of the patterns matches', () => {
    expect(refCheck('ref', 'refs/heads/main, refs/tags/v*', 'refs/tags/v1').ok).toBe(true)
    expect(refCheck('ref', 'refs/heads/main,refs/tags/v*', 'refs/heads/main2').ok).toBe(false)
  })

  it('fails without patterns or without a ref', () => {
    expect(refCheck('ref', '', 'refs/heads/main').ok).toBe(false)
    expect(refCheck('ref', ' , ', 'refs/heads/main').ok).toBe(false)
    expect(refCheck('ref', 'refs/**', '').ok).toBe(false)
  })
})

describe('fileAtRef', () => {
  const passes = (file: string, refs: string[], actual: string) =>
    fileAtRef('workflow_ref', file, refs, actual).ok

  it.each([
    ['g.com/a/b//.gitlab-ci.yml', 'refs/tags/pkg@1.0.0'],
    ['g.com/a/b//.gitlab-ci.yml', 'refs/heads/user@feature'],
    ['g.com/a/b//a.yml', 'refs/heads/x.yml@y'],
    ['a/b/.github/workflows/release.yml', 'refs/tags/pkg@1.0.0'],
    ['a/b/.github/workflows/a@b.yml', 'refs/heads/main'],
  ])('accepts %s at %s', (file, ref) => {
    expect(passes(file, [ref, ''], `${file}@${ref}`)).toBe(true)
  })

  it.each([
    'a.yml@',
    'a.yml',
    '',
    '@refs/heads/main',
    'sub/a.yml@refs/heads/main',
    'a.yml@fake.yml@refs/heads/main',
    'a.yml@@refs/heads/main',
    'a.yml@refs/heads/main@refs/heads/main',
    'a.yml@refs/heads/other',
    'A.yml@refs/heads/main',
    'xa.yml@refs/heads/main',
    ' a.yml@refs/heads/main',
  ])('refuses %j for a.yml at refs/heads/main', (actual) => {
    expect(passes('a.yml', ['refs/heads/main', '0123abcd'], actual)).toBe(false)
  })

  it('refuses everything if the token names neither ref nor commit', () => {
    fc.assert(
      fc.property(fc.string(), (actual) => {
        expect(passes('a.yml', ['', ''], actual)).toBe(false)
      }),
    )
    expect(passes('a.yml', [''], 'a.yml@')).toBe(false)
  })

  it('accepts a file for exactly the refs that the token names', () => {
    fc.assert(
      fc.property(
        over('a@.yml/', 12),
        over('a@.yml/', 12),
        over('a@.yml/', 12),
        (file, ref, other) => {
          fc.pre(ref !== '')
          expect(passes(file, [ref], `${file}@${ref}`)).toBe(true)
          if (other !== ref) expect(passes(file, [ref], `${file}@${other}`)).toBe(false)
        },
      ),
    )
  })
})

describe('claims as text', () => {
  it.each([1, true, null, ['x'], { x: 1 }, undefined])('reads %j as the empty text', (value) => {
    expect(textClaim({ claim: value }, 'claim')).toBe('')
  })

  it('does not find names of Object.prototype', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(textClaim({}, name)).toBe('')
      expect(npmTrustFile({}, name)).toBe('')
    }
    const claims = JSON.parse('{"__proto__": {"repository": "acme/widget"}}')
    expect(textClaim(claims, 'repository')).toBe('')
  })

  it('reads the file that npm trust names, and nothing else', () => {
    expect(npmTrustFile({ workflow_ref: { file: 'a.yml' } }, 'workflow_ref')).toBe('a.yml')
    const hostile = JSON.parse('{"file": {"toString": null, "valueOf": null}}')
    for (const value of [undefined, null, 'a.yml', 1, [], {}, { file: 1 }, hostile]) {
      expect(npmTrustFile({ workflow_ref: value }, 'workflow_ref')).toBe('')
    }
  })
})

describe('exactly and caseless', () => {
  it('never accept the empty text', () => {
    expect(exactly('claim_refused', 'claim', '', '').ok).toBe(false)
    expect(caseless('claim_refused', 'claim', '', '').ok).toBe(false)
  })

  it('differ in the case of ASCII letters', () => {
    expect(exactly('claim_refused', 'claim', 'Release', 'release').ok).toBe(false)
    expect(caseless('claim_refused', 'claim', 'Release', 'rELEASE').ok).toBe(true)
  })

  it.each([
    ['kit', '\u212Ait'],
    ['i', '\u0130'],
    ['i', '\u0131'],
    ['s', '\u017F'],
    ['ss', '\u00DF'],
    ['\u00E5', '\u212B'],
    ['a', 'a\u0301'],
    ['acme/widget', 'acme/widget\u200B'],
    ['acme/widget', 'acme/widget '],
  ])('do not take %j for %j', (one, other) => {
    expect(caseless('claim_refused', 'claim', one, other).ok).toBe(false)
    expect(caseless('claim_refused', 'claim', other, one).ok).toBe(false)
  })

  it('folding changes only A to Z and is done after one time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const folded = lowerAscii(text)
        expect(lowerAscii(folded)).toBe(folded)
        expect(folded.length).toBe(text.length)
        expect(folded.replace(/[a-z]/g, '')).toBe(text.replace(/[A-Za-z]/g, ''))
      }),
    )
  })
})

describe('isBoolean', () => {
  it.each([true, false])('passes %j and nothing that reads like it', (expected) => {
    expect(isBoolean('claim', expected, { claim: expected })).toMatchObject({
      ok: true,
      expected: String(expected),
      actual: String(expected),
    })
    for (const value of [!expected, String(expected), Number(expected), [expected], null, '']) {
      expect(isBoolean('claim', expected, { claim: value }).ok, JSON.stringify(value)).toBe(false)
    }
    expect(isBoolean('claim', expected, {}).ok).toBe(false)
    expect(isBoolean('claim', expected, Object.create({ claim: expected })).ok).toBe(false)
  })
})

describe('textsClaim', () => {
  it('gives the texts of a list, and nothing of anything else', () => {
    expect(textsClaim({ claim: ['a', 1, null, ['b'], 'c'] }, 'claim')).toEqual(['a', 'c'])
    for (const value of ['ab', { 0: 'a', length: 1 }, null, 1, undefined]) {
      expect(textsClaim({ claim: value }, 'claim')).toEqual([])
    }
    expect(textsClaim(Object.create({ claim: ['a'] }), 'claim')).toEqual([])
  })
})
