import { generateKeyPairSync, sign as signBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Bundle } from './bundle.ts'
import { npmProvenance } from './provenance.ts'
import type { Statement } from './statement.ts'
import { type MockOptions, type MockSigstore, startMockSigstore } from './testing/mock-sigstore.ts'
import { claims, job, signed as signedBy, statement, subject } from './testing/signed-bundle.ts'
import { verifyBundle } from './verify.ts'

let sigstore: MockSigstore
let bundle: Bundle

beforeAll(async () => {
  sigstore = await startMockSigstore()
  bundle = await signed(statement)
})

afterAll(() => sigstore.close())

const signed = (what: Statement) => signedBy(what, sigstore.services)

/** A bundle made by a Sigstore that differs, and what verifies it. */
async function signedElsewhere(options: MockOptions, tsa = false) {
  const other = await startMockSigstore(options)
  const services = { ...other.services, ...(tsa && { tsa: other.services.rekor }) }
  const made = await signedBy(statement, services)
  await other.close()
  return { made, trust: other.trust }
}

/** The bundle with a change. */
function changed(change: (copy: Bundle) => void): Bundle {
  const copy = structuredClone(bundle)
  change(copy)
  return copy
}

const refusing = (code: string) => expect.objectContaining({ code, status: 422 })
const verifying = (given: unknown, options = {}) => verifyBundle(given, sigstore.trust, options)

describe('verifyBundle', () => {
  it('tells who signed what and when', async () => {
    const verified = await verifying(bundle, { subject })
    expect(verified.statement).toEqual(statement)
    expect(verified.signer).toMatchObject({
      issuer: 'https://token.actions.githubusercontent.com',
      provider: 'github',
      claims: { repository: 'acme/widget', workflow_ref: claims.workflow_ref },
    })
    expect(Math.abs(Date.now() - verified.time.getTime())).toBeLessThan(60_000)
    expect(verified.logIndex).toBe(bundle.verificationMaterial.tlogEntries[0]?.logIndex)
  })

  it('reads text, bytes and objects alike', async () => {
    const text = JSON.stringify(bundle)
    await expect(verifying(text)).resolves.toEqual(await verifying(bundle))
    await expect(verifying(Buffer.from(text))).resolves.toEqual(await verifying(bundle))
  })

  it.each([
    ['0.1', 'application/vnd.dev.sigstore.bundle+json;version=0.1'],
    ['0.2', 'application/vnd.dev.sigstore.bundle+json;version=0.2'],
  ])('reads bundles of version %s, whose certificate is in a chain', async (_, mediaType) => {
    const old = changed((copy) => {
      const { certificate, ...rest } = copy.verificationMaterial
      const chain = { x509CertificateChain: { certificates: [certificate] } }
      Object.assign(copy, { mediaType, verificationMaterial: { ...rest, ...chain } })
    })
    await expect(verifying(old, { subject })).resolves.toMatchObject({ statement })
  })

  it('hands back only what was verified', async () => {
    const { bundle: kept } = await verifying({ ...bundle, smuggled: '<script>' })
    expect(kept).toEqual(bundle)
  })

  it('names no claims for an issuer that is not known', async () => {
    const { signer } = await verifying(bundle, { issuers: [] })
    expect(signer?.claims).toEqual({})
    expect(signer?.provider).toBeUndefined()
  })
})

describe('verifyBundle refuses', () => {
  it('a bundle for another file name', async () => {
    const other = { ...subject, name: 'pkg:npm/%40acme/widget@1.0.1' }
    await expect(verifying(bundle, { subject: other })).rejects.toEqual(
      refusing('subject_mismatch'),
    )
  })

  it('a bundle for another digest, or without the digest that is asked for', async () => {
    for (const digest of [{ sha512: '00'.repeat(64) }, { sha256: '00'.repeat(32) }]) {
      const verified = verifying(bundle, { subject: { ...subject, digest } })
      await expect(verified).rejects.toEqual(refusing('digest_mismatch'))
    }
  })

  it('a statement about two files', async () => {
    const two = await signed({ ...statement, subject: [subject, subject] })
    await expect(verifying(two, { subject })).rejects.toEqual(refusing('subjects_several'))
  })

  it.each([
    ['no subject', { subject: [] }],
    ['a subject without a name', { subject: [{ ...subject, name: '' }] }],
    ['a digest that is not hex', { subject: [{ ...subject, digest: { sha512: 'ABC' } }] }],
    ['another _type', { _type: 'https://in-toto.io/Statement/v2' }],
    ['a predicate that is no object', { predicate: 'text' }],
    [
      'a publish predicate with content',
      { predicateType: 'https://docs.pypi.org/attestations/publish/v1', predicate: { a: 1 } },
    ],
  ])('a statement with %s', async (_, change) => {
    const made = await signed({ ...statement, ...change } as Statement)
    await expect(verifying(made)).rejects.toEqual(refusing('statement_malformed'))
  })

  it('a predicate type that nobody asked for', async () => {
    const made = await signed({ ...statement, predicateType: 'https://example.com/v1' })
    await expect(verifying(made)).rejects.toEqual(refusing('predicate_unknown'))
    const narrow = verifying(bundle, { predicateTypes: ['https://slsa.dev/provenance/v0.2'] })
    await expect(narrow).rejects.toEqual(refusing('predicate_unknown'))
  })

  it.each([
    ['repository', { GITHUB_REPOSITORY: 'acme/other' }],
    ['workflow', { GITHUB_WORKFLOW_REF: 'acme/widget/.github/workflows/x.yml@refs/tags/v1.0.0' }],
    ['commit', { GITHUB_SHA: '0'.repeat(40) }],
  ])('provenance that names another %s than the certificate', async (_, change) => {
    const env = { ...job, ...change }
    const made = await signed(npmProvenance('github', env, subject))
    await expect(verifying(made)).rejects.toEqual(refusing('provenance_disagrees'))
  })

  it('a statement that was changed after signing', async () => {
    const tampered = changed(({ dsseEnvelope }) => {
      const text = JSON.stringify({ ...statement, predicate: {} })
      Object.assign(dsseEnvelope ?? {}, { payload: Buffer.from(text).toString('base64') })
    })
    await expect(verifying(tampered)).rejects.toEqual(refusing('bundle_signature_invalid'))
  })

  it('a payload of another type', async () => {
    const tampered = changed(({ dsseEnvelope }) => {
      Object.assign(dsseEnvelope ?? {}, { payloadType: 'text/plain' })
    })
    await expect(verifying(tampered)).rejects.toEqual(refusing('bundle_signature_invalid'))
  })

  it('a bundle of another Sigstore', async () => {
    const { made } = await signedElsewhere({})
    await expect(verifying(made)).rejects.toEqual(refusing('certificate_untrusted'))
  })

  it('a certificate that had expired when it was used, whatever the log says', async () => {
    const issuedAt = new Date(Date.now() - 3_600_000)
    const { made, trust } = await signedElsewhere({ issuedAt })
    await expect(verifyBundle(made, trust)).rejects.toEqual(refusing('certificate_expired'))
  })

  it('an expired certificate without a log entry', async () => {
    const { made, trust } = await signedElsewhere({ issuedAt: new Date(0) })
    made.verificationMaterial.tlogEntries = []
    await expect(verifyBundle(made, trust)).rejects.toEqual(refusing('log_entry_missing'))
  })

  it('a certificate that was not logged', async () => {
    const { made, trust } = await signedElsewhere({ withoutCertificateLog: true })
    await expect(verifyBundle(made, trust)).rejects.toEqual(refusing('certificate_not_logged'))
  })

  it('a bundle without a time that can be verified', async () => {
    const { made, trust } = await signedElsewhere({ withoutPromise: true })
    await expect(verifyBundle(made, trust)).rejects.toEqual(refusing('timestamp_missing'))
  })

  it('no bundle whose time comes from a timestamp authority instead', async () => {
    const { made, trust } = await signedElsewhere({ withoutPromise: true }, true)
    await expect(verifyBundle(made, trust)).resolves.toMatchObject({ statement })
  })

  it('a timestamp for another signature', async () => {
    const first = await signedElsewhere({ withoutPromise: true }, true)
    const services = { ...sigstore.services, tsa: sigstore.services.rekor }
    const { timestampVerificationData } = (await signedBy(statement, services)).verificationMaterial
    Object.assign(first.made.verificationMaterial, { timestampVerificationData })
    const verified = verifyBundle(first.made, first.trust)
    await expect(verified).rejects.toEqual(refusing('timestamp_invalid'))
  })

  it('the log entry of another bundle', async () => {
    const other = await signed({ ...statement, predicate: { other: true } })
    const swapped = changed((copy) => {
      copy.verificationMaterial.tlogEntries = other.verificationMaterial.tlogEntries
    })
    await expect(verifying(swapped)).rejects.toEqual(refusing('log_entry_invalid'))
  })

  it('a log that is not trusted', async () => {
    const other = await startMockSigstore()
    const services = { ...sigstore.services, rekor: other.services.rekor }
    const made = await signedBy(statement, services)
    await other.close()
    await expect(verifying(made)).rejects.toEqual(refusing('log_unknown'))
  })

  it('a certificate that is not for signing', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const der = await sigstore.certify(publicKey, 'https://example.com', {})
    // id-kp-codeSigning becomes id-kp-emailProtection; the chain is not even looked at.
    const usage = Buffer.from('06082b06010505070303', 'hex')
    der.writeUInt8(4, der.indexOf(usage) + usage.length - 1)
    const forged = changed((copy) => {
      const { payload, payloadType } = copy.dsseEnvelope as NonNullable<Bundle['dsseEnvelope']>
      const body = Buffer.from(payload, 'base64')
      const start = `DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `
      const sig = signBytes('sha256', Buffer.concat([Buffer.from(start), body]), privateKey)
      Object.assign(copy.dsseEnvelope ?? {}, {
        signatures: [{ sig: sig.toString('base64'), keyid: '' }],
      })
      Object.assign(copy.verificationMaterial, {
        certificate: { rawBytes: der.toString('base64') },
      })
    })
    await expect(verifying(forged)).rejects.toEqual(refusing('certificate_malformed'))
  })
})
