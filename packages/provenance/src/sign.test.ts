import { generateKeyPairSync } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { BUNDLE_MEDIA_TYPE } from './bundle.ts'
import { sign, signWithKey } from './sign.ts'
import { npmPublishStatement, pypiPublishStatement } from './statement.ts'
import { exampleClaims, identityToken } from './testing/identity-token.ts'
import { type MockSigstore, startMockSigstore } from './testing/mock-sigstore.ts'
import { verifyBundle } from './verify.ts'

const statement = pypiPublishStatement({
  filename: 'widget-1.0.0.tar.gz',
  sha256: 'ab'.repeat(32),
})
const token = async () => identityToken(exampleClaims('github'))

let sigstore: MockSigstore
const closing: (() => Promise<void>)[] = []

beforeAll(async () => {
  sigstore = await startMockSigstore()
})

afterAll(() => sigstore.close())

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A server that answers as told, and its address. */
async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => server.close(() => resolve())))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('sign', () => {
  it('makes a bundle of version 0.3 that verifies', async () => {
    const bundle = await sign(statement, { identityToken: token, services: sigstore.services })
    expect(bundle.mediaType).toBe(BUNDLE_MEDIA_TYPE)
    const verified = await verifyBundle(bundle, sigstore.trust)
    expect(verified.statement).toEqual(statement)
    expect(verified.signer?.claims.repository).toBe('acme/widget')
    expect(verified.bundle).toEqual(bundle)
  })

  it('adds a timestamp where there is an authority', async () => {
    const services = { ...sigstore.services, tsa: sigstore.services.rekor }
    const bundle = await sign(statement, { identityToken: token, services })
    const { timestampVerificationData } = bundle.verificationMaterial
    expect(timestampVerificationData?.rfc3161Timestamps).toHaveLength(1)
    await expect(verifyBundle(bundle, sigstore.trust)).resolves.toBeDefined()
  })

  it('tries again when the authority fails for a moment', async () => {
    let asked = 0
    const fulcio = await serving(async (request, response) => {
      asked += 1
      if (asked === 1) return response.writeHead(503).end()
      const body: Buffer[] = []
      for await (const chunk of request) body.push(chunk)
      const answer = await fetch(sigstore.services.fulcio + request.url, {
        method: 'POST',
        body: Buffer.concat(body),
      })
      return response.writeHead(answer.status).end(await answer.text())
    })
    const services = { ...sigstore.services, fulcio }
    await expect(sign(statement, { identityToken: token, services })).resolves.toBeDefined()
    expect(asked).toBe(2)
  })

  it('refuses to follow a redirect with the ID token', async () => {
    let asked = 0
    const fulcio = await serving((_, response) => {
      asked += 1
      response.writeHead(307, { location: `${sigstore.services.fulcio}/api/v2/signingCert` }).end()
    })
    const services = { ...sigstore.services, fulcio }
    const made = sign(statement, { identityToken: token, services })
    await expect(made).rejects.toMatchObject({ code: 'signing_refused' })
    expect(asked).toBe(1)
  })

  it('tells what the authority said', async () => {
    const fulcio = await serving((_, response) => {
      response.writeHead(400).end(JSON.stringify({ code: 3, message: 'unknown issuer' }))
    })
    const services = { ...sigstore.services, fulcio }
    const made = sign(statement, { identityToken: token, services })
    await expect(made).rejects.toThrow(/it answered 400: unknown issuer/)
  })

  it.each([
    ['no token at all', 'opaque-secret-text'],
    ['a token without a subject', identityToken({ iss: 'https://gitlab.com' })],
    [
      'an address that nobody verified',
      identityToken({ sub: '1', email: 'a@example.com', email_verified: false }),
    ],
  ])('refuses %s, and never repeats it', async (_, text) => {
    const made = sign(statement, {
      identityToken: async () => text,
      services: sigstore.services,
    })
    const error: Error & { code?: string } = await made.catch((reason) => reason)
    expect(error.code).toBe('identity_token_malformed')
    expect(error.message).not.toContain(text)
  })

  it('names the log that takes no entry', async () => {
    const rekor = await serving((_, response) => response.writeHead(400).end())
    const services = { ...sigstore.services, rekor }
    const made = sign(statement, { identityToken: token, services })
    await expect(made).rejects.toMatchObject({ code: 'logging_refused' })
    await expect(made).rejects.toThrow(rekor)
  })

  it('names the timestamp authority that gives none', async () => {
    const tsa = await serving((_, response) => response.writeHead(400).end())
    const services = { ...sigstore.services, tsa }
    const made = sign(statement, { identityToken: token, services })
    await expect(made).rejects.toMatchObject({ code: 'timestamping_refused' })
  })
})

describe('signWithKey', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  const published = npmPublishStatement({
    name: '@acme/widget',
    version: '1.0.0',
    integrity: `sha512-${Buffer.alloc(64, 7).toString('base64')}`,
    registry: 'https://registry.example',
  })
  const made = (keyid: string) =>
    signWithKey(published, { privateKey, keyid, services: sigstore.services })

  it('makes a bundle that verifies with the key', async () => {
    const bundle = await made('SHA256:own')
    const keys = [{ keyid: 'SHA256:own', key, expires: null }]
    const verified = await verifyBundle(bundle, sigstore.trust, { keys })
    expect(verified.keyid).toBe('SHA256:own')
    expect(verified.signer).toBeUndefined()
    expect(bundle.dsseEnvelope?.signatures[0]?.keyid).toBe('SHA256:own')
  })

  it('is refused without the key', async () => {
    const verified = verifyBundle(await made('SHA256:own'), sigstore.trust)
    await expect(verified).rejects.toMatchObject({ code: 'signing_key_unknown' })
  })

  it('is refused with another key under the same id', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
    const spki = other.export({ format: 'der', type: 'spki' }).toString('base64')
    const keys = [{ keyid: 'SHA256:own', key: spki, expires: null }]
    const verified = verifyBundle(await made('SHA256:own'), sigstore.trust, { keys })
    await expect(verified).rejects.toMatchObject({ code: 'bundle_signature_invalid' })
  })

  it.each(['2020-01-01T00:00:00.000Z', 'some day'])(
    'is refused if the key ended at %s',
    async (expires) => {
      const keys = [{ keyid: 'SHA256:own', key, expires }]
      const verified = verifyBundle(await made('SHA256:own'), sigstore.trust, { keys })
      await expect(verified).rejects.toMatchObject({ code: 'signing_key_expired' })
    },
  )
})
