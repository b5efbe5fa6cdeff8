import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { credential } from './auth.ts'

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`

describe('the credential of a request', () => {
  it.each<[header: string | undefined, token: string | undefined]>([
    [undefined, undefined],
    ['', undefined],
    ['Bearer', undefined],
    ['Bearer  ', undefined],
    ['Bearer abc', 'abc'],
    ['bearer   abc ', 'abc'],
    [basic('__token__:abc'), 'abc'],
    [basic('__token__:a:b'), 'a:b'],
    [basic('abc:'), 'abc'],
    [basic(':abc'), 'abc'],
    [basic(':'), undefined],
    [basic('abc'), 'abc'],
    ['basic !!!', undefined],
    ['abc', undefined],
  ])('of %j is %j', (header, token) => {
    expect(credential(header)).toBe(token)
  })

  it('is what was sent, whatever that is', () => {
    const text = fc.string({ minLength: 1 }).filter((each) => each === each.trim())
    fc.assert(
      fc.property(text, (token) => {
        expect(credential(basic(`__token__:${token}`))).toBe(token)
      }),
    )
  })
})
