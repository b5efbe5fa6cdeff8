import { createHash, generateKeyPairSync, sign, X509Certificate } from 'node:crypto'
import { dsse, RFC3161Timestamp } from '@sigstore/core'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { describe, expect, it } from 'vitest'
import * as der from './der.ts'
import type { CertifiableToken } from './identities.ts'
import { newKeyPair } from './keys.ts'
import { Services } from './services.ts'

const NOW = new Date('2030-01-01T00:00:00Z')
const token: CertifiableToken = {
  issuer: { url: 'https://token.actions.githubusercontent.com' },
  provider: { id: 'github' },
  claims: { sub: 'me', workflow_ref: 'acme/widget/.github/workflows/release.yml@refs/heads/main' },
}

function services(verified: CertifiableToken = token): Services {
  const url = 'http://127.0.0.1:1'
  return new Services({ url, verifyIdToken: async () => verified, now: () => NOW })
}

async function ask(method: string, path: string, body: unknown = '', to = services()) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const request = {
    method,
    path,
    contentType: 'application/json',
    authorization: '',
    body: Buffer.from(text),
  }
  const answer = await to.answer(request)
  const { code, ...value } = JSON.parse(answer.body.toString())
  return { status: answer.status, location: answer.location, code, value }
}

const CERTIFICATES = '/api/v2/signingCert'
const ENTRIES = '/api/v1/log/entries'

function certificateRequest(subject: string) {
  const { publicKey, privateKey } = newKeyPair()
  const proof = sign('sha256', Buffer.from(subject), privateKey)
  return {
    credentials: { oidcIdentityToken: 'a.b.c' },
    publicKeyRequest: {
      publicKey: { algorithm: 'ECDSA', content: publicKey.export({ format: 'pem', type: 'spki' }) },
      proofOfPossession: proof.toString('base64'),
    },
  }
}

function signingRequest(signed: 'own' | 'other') {
  const { publicKey, privateKey } = newKeyPair()
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  const information = der.sequence(der.integer(0), der.sequence(), spki, der.explicit(0, der.set()))
  const signature = sign('sha256', signed === 'own' ? information : spki, privateKey)
  const request = der.sequence(information, der.sequence(), der.bits(signature)).toString('base64')
  const text = `-----BEGIN CERTIFICATE REQUEST-----\n${request}\n-----END CERTIFICATE REQUEST-----`
  return {
    certificateSigningRequest: Buffer.from(text).toString('base64'),
  }
}

function dsseEntry(payload: string, signedPayload = payload) {
  const { publicKey, privateKey } = newKeyPair()
  const signed = dsse.preAuthEncoding('text/plain', Buffer.from(signedPayload))
  const sig = sign('sha256', signed, privateKey).toString('base64')
  const verifier = Buffer.from(publicKey.export({ format: 'pem', type: 'spki' }))
  const envelope = JSON.stringify({
    payloadType: 'text/plain',
    payload: Buffer.from(payload).toString('base64'),
    signatures: [{ sig }],
  })
  const proposedContent = { envelope, verifiers: [verifier.toString('base64')] }
  return { kind: 'dsse', apiVersion: '0.0.1', spec: { proposedContent } }
}

describe('the certificate authority', () => {
  it('certifies a key whose holder signed the subject of the token', async () => {
    const { status } = await ask('POST', CERTIFICATES, certificateRequest('me'))
    expect(status).toBe(200)
  })

  it('refuses a key whose holder signed another subject', async () => {
    const { status, code } = await ask('POST', CERTIFICATES, certificateRequest('you'))
    expect([status, code]).toEqual([400, 'possession_unproven'])
  })

  it('certifies the key of a signing request that the key has signed', async () => {
    expect((await ask('POST', CERTIFICATES, signingRequest('own'))).status).toBe(200)
    const { code } = await ask('POST', CERTIFICATES, signingRequest('other'))
    expect(code).toBe('possession_unproven')
  })

  it('refuses claims that name no job', async () => {
    const nobody = services({ ...token, claims: { sub: 'me' } })
    const { code } = await ask('POST', CERTIFICATES, certificateRequest('me'), nobody)
    expect(code).toBe('identity_unnamed')
  })

  it.each([
    ['nothing'],
    [{}],
    [{ credentials: {} }],
    [{ credentials: { oidcIdentityToken: 'a' } }],
  ])('refuses %j, which is no request', async (body) => {
    const { status, code } = await ask('POST', CERTIFICATES, body)
    expect([status, code]).toEqual([400, 'request_malformed'])
  })
})

describe('the transparency log', () => {
  it('keeps hashes and signatures, not the payload', async () => {
    const { status, value } = await ask('POST', ENTRIES, dsseEntry('secret'))
    expect(status).toBe(201)
    const [entry] = Object.values(value) as { body: string }[]
    const body = JSON.parse(Buffer.from(entry?.body ?? '', 'base64').toString())
    expect(Object.keys(body.spec)).toEqual(['envelopeHash', 'payloadHash', 'signatures'])
    expect(body.spec.signatures).toHaveLength(1)
  })

  it('finds an entry again by its id and by its place', async () => {
    const to = services()
    await ask('POST', ENTRIES, dsseEntry('one'), to)
    const { value } = await ask('POST', ENTRIES, dsseEntry('two'), to)
    const [[uuid, entry] = ['', undefined]] = Object.entries(value) as [
      string,
      { logIndex: number },
    ][]
    const byId = await ask('GET', `${ENTRIES}/${uuid}`, '', to)
    const byPlace = await ask('GET', `${ENTRIES}?logIndex=${entry?.logIndex}`, '', to)
    expect(Object.keys(byId.value)).toEqual([uuid])
    expect(Object.keys(byPlace.value)).toEqual([uuid])
    expect((await ask('GET', `${ENTRIES}?logIndex=7`, '', to)).status).toBe(404)
    expect((await ask('GET', `${ENTRIES}/${'0'.repeat(80)}`, '', to)).status).toBe(404)
  })

  it('keeps an entry once, and says where it is', async () => {
    const to = services()
    const entry = dsseEntry('once')
    const first = await ask('POST', ENTRIES, entry, to)
    const again = await ask('POST', ENTRIES, entry, to)
    expect([again.status, again.code]).toEqual([409, 'entry_known'])
    expect(again.location).toBe(first.location)
    expect(Object.keys((await ask('GET', first.location ?? '', '', to)).value)).toHaveLength(1)
    expect(to.log.added).toBe(1)
  })

  it('refuses an entry whose key did not sign it', async () => {
    const { status, code } = await ask('POST', ENTRIES, dsseEntry('one', 'other'))
    expect([status, code]).toEqual([400, 'entry_unsigned'])
  })

  it.each([
    ['x'],
    [{ kind: 'rpm', apiVersion: '0.0.1', spec: {} }],
    [{ kind: 'dsse', apiVersion: '0.0.1' }],
    [{ kind: 'dsse', apiVersion: '0.0.1', spec: { proposedContent: { envelope: '{}' } } }],
    [{ kind: 'hashedrekord', apiVersion: '0.0.1', spec: { data: {}, signature: {} } }],
  ])('refuses %j, which is no entry, and adds nothing', async (body) => {
    const to = services()
    const { status, code } = await ask('POST', ENTRIES, body, to)
    expect([status, code]).toEqual([400, 'request_malformed'])
    expect(to.log.added).toBe(0)
  })
})

describe('the timestamp authority', () => {
  const data = Buffer.from('signed')
  const hash = der.sequence(der.oid('2.16.840.1.101.3.4.2.1'))
  const imprint = der.sequence(hash, der.octets(createHash('sha256').update(data).digest()))

  async function timestamp(...options: readonly Buffer[]) {
    const to = services()
    const body = der.sequence(der.integer(1), imprint, ...options)
    const contentType = 'application/timestamp-query'
    const request = { method: 'POST', path: '/api/v1/timestamp', authorization: '' }
    const answer = (await to.answer({ ...request, contentType, body })).body as Buffer<ArrayBuffer>
    const { timestampAuthorities } = TrustedRoot.fromJSON(to.trustedRoot)
    const [signer] = timestampAuthorities[0]?.certChain?.certificates ?? []
    return { answer, signer: signer?.rawBytes ?? Buffer.alloc(0) }
  }

  it('answers a request in DER with a timestamp that its signer verifies', async () => {
    const { answer, signer } = await timestamp()
    const parsed = RFC3161Timestamp.parse(answer)
    expect(parsed.signingTime).toEqual(NOW)
    parsed.verify(data, new X509Certificate(signer).publicKey)
    expect(answer.includes(signer)).toBe(false)
  })

  it('repeats the nonce, and adds its certificate where it is asked to', async () => {
    const nonce = der.integer(2n ** 60n + 7n)
    const { answer, signer } = await timestamp(nonce, der.boolean(true))
    expect(answer.includes(nonce)).toBe(true)
    expect(answer.includes(signer)).toBe(true)
  })

  it.each([['x'], [{}], [{ hashAlgorithm: 'md5', artifactHash: '' }]])(
    'refuses %j, which is no request',
    async (body) => {
      const { code } = await ask('POST', '/api/v1/timestamp', body)
      expect(code).toBe('request_malformed')
    },
  )
})

describe('the services', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/2.root.json'],
    ['PUT', '/timestamp.json'],
    ['GET', '/%E0%A4%A'],
  ])('answer %s %s with 404', async (method, path) => {
    expect(await ask(method, path)).toMatchObject({ status: 404, code: 'not_found' })
  })

  it('use other keys each time', () => {
    expect(services().trustedRoot).not.toEqual(services().trustedRoot)
    expect(services().tuf.root).not.toEqual(services().tuf.root)
  })

  it('refuse a kind of key that no client has', async () => {
    const { publicKey } = generateKeyPairSync('ed25519')
    const request = certificateRequest('me')
    request.publicKeyRequest.publicKey.content = publicKey.export({ format: 'pem', type: 'spki' })
    const { status, code } = await ask('POST', CERTIFICATES, request)
    expect([status, code]).toEqual([400, 'request_malformed'])
  })
})
