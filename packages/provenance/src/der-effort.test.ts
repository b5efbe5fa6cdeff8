import { generateKeyPairSync } from 'node:crypto'
import { X509Certificate } from '@sigstore/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readsQuickly } from './der-effort.ts'
import { doubling, failing } from './testing/costly-der.ts'
import { type MockSigstore, startMockSigstore } from './testing/mock-sigstore.ts'

let sigstore: MockSigstore
let certificate: Buffer<ArrayBuffer>

beforeAll(async () => {
  sigstore = await startMockSigstore()
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  certificate = await sigstore.certify(publicKey, 'https://example.com', { 8: 'https://a.example' })
})

afterAll(() => sigstore.close())

describe('readsQuickly', () => {
  it('passes a certificate', () => {
    expect(readsQuickly(certificate)).toBe(true)
  })

  it('stops what would double with every four bytes, without doing it', () => {
    const before = performance.now()
    for (const count of [12, 20, 31]) expect(readsQuickly(doubling(count))).toBe(false)
    expect(performance.now() - before).toBeLessThan(200)
  })

  it('stops what is nested deeply', () => {
    expect(readsQuickly(failing(100))).toBe(true)
    expect(readsQuickly(failing(2000))).toBe(false)
  })

  it('passes certificates whatever their random bytes look like as elements', () => {
    const identifier = certificate.indexOf(Buffer.from('551d0e04160414', 'hex')) + 7
    const random = fc.uint8Array({ minLength: 20, maxLength: 20 })
    fc.assert(
      fc.property(random, (bytes) => {
        const der = Buffer.from(certificate)
        der.set(bytes, identifier)
        expect(readsQuickly(der)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('passes only what the library is done with at once, however a certificate is damaged', () => {
    const damage = fc.array(fc.tuple(fc.nat(certificate.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 8,
    })
    fc.assert(
      fc.property(damage, (changes) => {
        const der = Buffer.from(certificate)
        for (const [at, byte] of changes) der[at] = byte
        if (!readsQuickly(der)) return
        const before = performance.now()
        try {
          X509Certificate.parse(der)
        } catch {
          // Refused, which is as good.
        }
        expect(performance.now() - before).toBeLessThan(200)
      }),
      { numRuns: 300 },
    )
  })

  it('leaves it to the library to refuse what is no DER', () => {
    for (const hex of ['', '30', '3081', '30ff', '3080', '1f00', '0000', '300401020304'])
      expect(readsQuickly(Buffer.from(hex, 'hex'))).toBe(true)
  })
})
