import { ASN1Obj } from '@sigstore/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as der from './der.ts'

const dates = { noInvalidDate: true, min: new Date(0), max: new Date('2199-01-01') }

describe('DER', () => {
  it('writes integers of any size that a parser reads back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 160n }), (value) => {
        expect(ASN1Obj.parseBuffer(der.integer(value)).toInteger()).toBe(value)
      }),
    )
  })

  it('writes object identifiers that a parser reads back', () => {
    const arcs = fc.tuple(
      fc.integer({ min: 0, max: 2 }),
      fc.integer({ min: 0, max: 39 }),
      fc.array(fc.nat(2 ** 30), { maxLength: 8 }),
    )
    fc.assert(
      fc.property(arcs, ([first, second, rest]) => {
        const dotted = [first, second, ...rest].join('.')
        expect(ASN1Obj.parseBuffer(der.oid(dotted)).toOID()).toBe(dotted)
      }),
    )
  })

  it('writes times that a parser reads back to the second, before and after 2050', () => {
    fc.assert(
      fc.property(fc.date(dates), (date) => {
        const second = Math.floor(date.getTime() / 1000) * 1000
        expect(ASN1Obj.parseBuffer(der.time(date)).toDate().getTime()).toBe(second)
        expect(ASN1Obj.parseBuffer(der.generalizedTime(date)).toDate().getTime()).toBe(second)
      }),
    )
  })

  it('writes content of any length that a parser reads back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000 }), (content) => {
        const { value } = ASN1Obj.parseBuffer(der.octets(content))
        expect(Buffer.compare(value, content)).toBe(0)
      }),
      { numRuns: 30 },
    )
  })

  it('sorts the members of a set by their encoding', () => {
    const sorted = der.set(der.integer(1), der.integer(2))
    expect(der.set(der.integer(2), der.integer(1))).toEqual(sorted)
  })
})
