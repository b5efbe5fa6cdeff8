import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { newAuthority } from './authority.ts'
import { leafExtensions, newSerial, signCertificate } from './certificate.ts'
import { identityExtensions } from './identities.ts'
import { newKeyPair } from './keys.ts'

const from = new Date('2030-01-01T00:00:00Z')
const until = new Date('2060-01-01T00:00:00Z')
const authority = newAuthority(
  { organization: 'Acme', commonName: 'certificates' },
  { from, until },
)

describe('signCertificate', () => {
  it('makes an authority that OpenSSL takes for one', () => {
    const root = new X509Certificate(authority.certificate)
    expect(root.ca).toBe(true)
    expect(root.verify(authority.keys.publicKey)).toBe(true)
    expect(root.subject).toBe('O=Acme\nCN=certificates')
    expect(new Date(root.validTo)).toEqual(until)
  })

  it('makes certificates for jobs that OpenSSL takes for issued by the authority', () => {
    const { publicKey } = newKeyPair()
    const purpose = { oid: '1.3.6.1.5.5.7.3.3', critical: false }
    const value = 'https://git.example/acme/widget'
    const serial = newSerial()
    const leaf = new X509Certificate(
      signCertificate(
        {
          serial,
          issuer: authority.name,
          notBefore: from,
          notAfter: until,
          publicKey,
          extensions: [
            ...leafExtensions(publicKey, authority.keys.publicKey, purpose),
            ...identityExtensions({ subjectAltName: { kind: 'uri', value }, extensions: {} }),
          ],
        },
        authority.keys.privateKey,
      ),
    )
    expect(leaf.checkIssued(new X509Certificate(authority.certificate))).toBe(true)
    expect(leaf.verify(authority.keys.publicKey)).toBe(true)
    expect(leaf.ca).toBe(false)
    expect(leaf.subjectAltName).toBe(`URI:${value}`)
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.3'])
    expect(BigInt(`0x${leaf.serialNumber}`)).toBe(serial)
  })
})
