import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newTokenText } from './domain/tokens.ts'
import { redact } from './log.ts'

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl'

describe('redacting', () => {
  it.each([
    [`/-/npm/v1/tokens/token/npm_${'a'.repeat(36)}`, '/-/npm/v1/tokens/token/***'],
    [`/${JWT}/x`, '/***/x'],
    [`pypi-AgEIcHlwaS5vcmc and ${JWT}`, '*** and ***'],
    ['/@acme%2fwidget', '/@acme%2fwidget'],
    ['/npm-packlist', '/npm-packlist'],
  ])('makes of %s %s', (text, redacted) => {
    expect(redact(text)).toBe(redacted)
  })

  it('leaves nothing of a token of this registry, wherever it stands', () => {
    const kinds = fc.constantFrom('account' as const, 'npm' as const, 'pypi' as const)
    fc.assert(
      fc.property(kinds, fc.string(), fc.string(), (kind, before, after) => {
        const token = newTokenText(kind)
        const redacted = redact(`${before}/${token}/${after}`)
        expect(redacted).not.toContain(token.slice(-36))
      }),
    )
  })
})
