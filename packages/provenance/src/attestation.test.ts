import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Attestation, fromAttestation, toAttestation } from './attestation.ts'
import type { Bundle } from './bundle.ts'
import { pypiPublishStatement } from './statement.ts'
import { type MockSigstore, startMockSigstore } from './testing/mock-sigstore.ts'
import { signed } from './testing/signed-bundle.ts'
import { verifyBundle } from './verify.ts'

const file = { filename: 'widget-1.0.0-py3-none-any.whl', sha256: 'ab'.repeat(32) }

let sigstore: MockSigstore
let bundle: Bundle

beforeAll(async () => {
  sigstore = await startMockSigstore()
  bundle = await signed(pypiPublishStatement(file), sigstore.services)
})

afterAll(() => sigstore.close())

const base64 = fc
  .uint8Array({ minLength: 1, maxLength: 80 })
  .map((bytes) => Buffer.from(bytes).toString('base64'))
const entry = fc.record({
  logIndex: fc.nat().map(String),
  integratedTime: fc.nat().map(String),
  inclusionPromise: fc.record({ signedEntryTimestamp: base64 }),
  canonicalizedBody: base64,
})
const attestation = fc.record({
  version: fc.constant(1),
  verification_material: fc.record({
    certificate: base64,
    transparency_entries: fc.array(entry, { minLength: 1, maxLength: 3 }),
  }),
  envelope: fc.record({ statement: base64, signature: base64 }),
})

describe('attestation objects', () => {
  it('hold exactly what PEP 740 names, and verify after both conversions', async () => {
    const made = toAttestation(bundle)
    expect(Object.keys(made)).toEqual(['version', 'verification_material', 'envelope'])
    const back = fromAttestation(JSON.parse(JSON.stringify(made)))
    const verified = await verifyBundle(back, sigstore.trust)
    expect(verified.statement).toEqual(pypiPublishStatement(file))
  })

  it('survive the way to a bundle and back', () => {
    fc.assert(
      fc.property(attestation, (given) => {
        expect(toAttestation(fromAttestation(given))).toEqual(given)
      }),
    )
  })

  it('are made from bundles with a chain as well', () => {
    const { certificate, ...rest } = bundle.verificationMaterial
    const chain = { x509CertificateChain: { certificates: [certificate] } }
    const old = { ...bundle, verificationMaterial: { ...rest, ...chain } } as unknown as Bundle
    expect(toAttestation(old)).toEqual(toAttestation(bundle))
  })
})

describe('toAttestation refuses', () => {
  const refused = (change: (copy: Bundle) => void) => {
    const copy = structuredClone(bundle)
    change(copy)
    expect(() => toAttestation(copy)).toThrow(
      expect.objectContaining({ code: 'attestation_malformed', status: 422 }),
    )
  }

  it('a bundle that is signed with a key', () => {
    refused(({ verificationMaterial: material }) => {
      delete (material as { certificate?: unknown }).certificate
      Object.assign(material, { publicKey: { hint: 'SHA256:own' } })
    })
  })

  it('a bundle without a log entry, and one whose log promises no time', () => {
    refused(({ verificationMaterial }) => {
      verificationMaterial.tlogEntries = []
    })
    refused(({ verificationMaterial: { tlogEntries } }) => {
      for (const each of tlogEntries) each.inclusionPromise = undefined
    })
  })

  it('a bundle that signs no statement, or signs it twice', () => {
    refused((copy) => {
      delete (copy as { dsseEnvelope?: unknown }).dsseEnvelope
    })
    refused(({ dsseEnvelope }) => {
      Object.assign(dsseEnvelope ?? {}, { payloadType: 'text/plain' })
    })
    refused(({ dsseEnvelope }) => {
      dsseEnvelope?.signatures.push({ sig: 'AAAA', keyid: '' })
    })
  })
})

describe('fromAttestation refuses', () => {
  const refusal = expect.objectContaining({ code: 'attestation_malformed', status: 422 })
  const change = (part: 'verification_material' | 'envelope', values: object): unknown => {
    const made: Attestation = toAttestation(bundle)
    return { ...made, [part]: { ...made[part], ...values } }
  }

  it.each([
    ['nothing', () => undefined],
    ['a text', () => 'attestation'],
    ['a list', () => []],
    ['another version', () => ({ ...toAttestation(bundle), version: 2 })],
    ['a version as text', () => ({ ...toAttestation(bundle), version: '1' })],
    ['no envelope', () => ({ ...toAttestation(bundle), envelope: undefined })],
    ['an empty certificate', () => change('verification_material', { certificate: '' })],
    ['PEM', () => change('verification_material', { certificate: '-----BEGIN CERTIFICATE-----' })],
    ['no log entry', () => change('verification_material', { transparency_entries: [] })],
    [
      'an entry that is a text',
      () => change('verification_material', { transparency_entries: ['x'] }),
    ],
    ['a statement in base64url', () => change('envelope', { statement: 'e30_' })],
    ['a signature with spaces', () => change('envelope', { signature: 'AA AA' })],
  ])('%s', (_, given) => {
    expect(() => fromAttestation(given())).toThrow(refusal)
  })

  it('or reads, but never fails on, whatever is sent', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (given) => {
        expect(() => fromAttestation(given)).toThrow(refusal)
      }),
    )
  })
})
