import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { preferredType } from './negotiate.ts'

const HTML = 'text/html'
const JSON_V1 = 'application/vnd.pypi.simple.v1+json'
const OFFERED = [HTML, JSON_V1]

describe('preferredType', () => {
  it('takes the first offer where the client says nothing or anything', () => {
    expect(preferredType(undefined, OFFERED)).toBe(HTML)
    expect(preferredType('', OFFERED)).toBe(HTML)
    expect(preferredType('*/*', OFFERED)).toBe(HTML)
  })

  it('follows the q-values that pip sends', () => {
    const accept =
      'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01'
    expect(preferredType(accept, OFFERED)).toBe(JSON_V1)
  })

  it('lets the more specific range decide', () => {
    expect(preferredType('text/html;q=0.1, */*;q=0.9', OFFERED)).toBe(JSON_V1)
    expect(preferredType('text/*;q=0.9, application/*;q=0.2', OFFERED)).toBe(HTML)
  })

  it('answers undefined where nothing fits, also after q=0', () => {
    expect(preferredType('image/png', OFFERED)).toBeUndefined()
    expect(preferredType('text/html;q=0, application/json', OFFERED)).toBeUndefined()
  })

  it('reads capital letters and a q-value out of range as the specification says', () => {
    expect(preferredType('TEXT/HTML;Q=0.5', OFFERED)).toBe(HTML)
    expect(preferredType('text/html;q=7', OFFERED)).toBeUndefined()
  })

  it('answers an offer or undefined for any header', () => {
    fc.assert(
      fc.property(fc.string(), (accept) => {
        expect([...OFFERED, undefined]).toContain(preferredType(accept, OFFERED))
      }),
    )
  })
})
