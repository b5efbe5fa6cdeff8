import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IDENTITY_ERRORS, Refusal, refusals, refuse } from './errors.ts'

describe('errors', () => {
  it('a refusal carries code, status, sentence and checks', () => {
    const check = {
      claim: 'iss',
      expected: 'a',
      actual: 'b',
      ok: false,
      code: 'claim_refused',
    } as const
    const refusal = refuse('claim_refused', { claim: 'iss', actual: 'b', expected: 'a' }, [check])
    expect(refusal).toBeInstanceOf(Refusal)
    expect(refusal).toMatchObject({
      name: 'Refusal',
      code: 'claim_refused',
      status: 403,
      checks: [check],
    })
    expect(refusal.message).toBe('The claim iss is "b", but it must be "a".')
  })

  it('values are put in as they are, whatever they hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (actual) => {
        const { message } = refuse('claim_refused', { claim: 'c', actual, expected: 'e' })
        expect(message).toBe(`The claim c is "${actual}", but it must be "e".`)
      }),
      { examples: [['$&$1$$'], ['{expected}'], ['{claim}']] },
    )
  })

  it('a value needs no quoting to name a placeholder twice', () => {
    const refuseTwice = refusals({ twice: { status: 400, sentence: '{a} and {a}, {b}' } })
    expect(refuseTwice('twice', { a: 1, b: '{a}' }).message).toBe('1 and 1, {a}')
  })

  it.each(Object.entries(IDENTITY_ERRORS))(
    '%s says what is wrong in whole sentences',
    (code, row) => {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)+$/)
      expect([401, 403, 422, 503]).toContain(row.status)
      expect(row.sentence).toMatch(/[.?]$/)
    },
  )
})
