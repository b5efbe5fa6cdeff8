import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  fulcioHandler,
  initializeCA,
  initializeCTLog,
  initializeTLog,
  initializeTSA,
  rekorHandler,
  tsaHandler,
} from '@sigstore/mock'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toTrustMaterial } from '@sigstore/verify'
import type { SigningServices } from '../sign.ts'
import type { Trust } from '../trust.ts'

/** A Sigstore made of the mocks of the reference implementation, for the tests of this package. */
export interface MockSigstore {
  /** Without a timestamp authority; that answers under the same address. */
  readonly services: SigningServices
  readonly trust: Trust
  readonly trustedRoot: Readonly<Record<string, unknown>>
  /** Issues a certificate as the authority would, DER. */
  readonly certify: (
    publicKey: KeyObject,
    subject: string,
    extensions: Readonly<Record<number, string>>,
  ) => Promise<Buffer<ArrayBuffer>>
  readonly close: () => Promise<void>
}

export interface MockOptions {
  /** When certificates are issued, if not now. */
  readonly issuedAt?: Date
  /** The log proves that it has an entry, but signs no promise of when. */
  readonly withoutPromise?: boolean
  /** The authority proves nothing about a certificate log. */
  readonly withoutCertificateLog?: boolean
}

const ARC = '1.3.6.1.4.1.57264.1.'
/** Extensions before this are raw text. */
const FIRST_ENCODED = 8

/** Starts one on a free port of loopback, with new keys. */
export async function startMockSigstore(options: MockOptions = {}): Promise<MockSigstore> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const [caKey, ctKey, logKey, tsaKey] = [keyPair(), keyPair(), keyPair(), keyPair()]
  const ctLog = await initializeCTLog(ctKey)
  const ca = await initializeCA(
    caKey,
    options.withoutCertificateLog ? undefined : ctLog,
    options.issuedAt,
  )
  const log = await initializeTLog(url, logKey)
  // It writes fractions of seconds in a form that the verifying library cannot read, so its clock stands still: a little
  // ahead, or it would be behind the certificates that are issued later.
  const tsa = await initializeTSA(tsaKey, new Date(Math.ceil(Date.now() / 1000) * 1000 + 60_000))
  serve(server, [
    fulcioHandler(ca, { subjectClaim: 'job_workflow_ref' }),
    storing(rekorHandler(log), options),
    tsaHandler(tsa),
  ])
  const root = trustedRoot(url, {
    ca: [ca.rootCertificate],
    tsa: [tsa.intCertificate, tsa.rootCertificate],
    log: logKey.publicKey,
    certificateLog: ctKey.publicKey,
  })
  return {
    services: { fulcio: url, rekor: url },
    trust: { material: toTrustMaterial(TrustedRoot.fromJSON(root)), offline: false },
    trustedRoot: root,
    certify: async (publicKey, subjectAltName, extensions) => {
      const der = publicKey.export({ format: 'der', type: 'spki' }) as Buffer<ArrayBuffer>
      const all = Object.entries(extensions).map(([id, value]) => {
        return { oid: ARC + id, value, legacy: Number(id) < FIRST_ENCODED }
      })
      const issued = await ca.issueCertificate({ publicKey: der, subjectAltName, extensions: all })
      return Buffer.from(issued as Uint8Array<ArrayBuffer>)
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

type Handler = ReturnType<typeof rekorHandler>

function serve(server: Server, handlers: readonly Handler[]): void {
  server.on('request', async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const handler = handlers.find(({ path }) => path === request.url)
    const answer = await handler?.fn(body)
    response.writeHead(answer?.statusCode ?? 404, {
      'content-type': answer?.contentType ?? 'text/plain',
      connection: 'close',
    })
    response.end(answer?.response)
  })
}

/** The mock keeps what was proposed; a real log keeps digests and the signature. */
function storing({ path, fn }: Handler, { withoutPromise }: MockOptions): Handler {
  return {
    path,
    fn: async (request) => {
      const { proposedContent } = JSON.parse(request).spec
      const envelope = JSON.parse(proposedContent.envelope)
      const [verifier] = proposedContent.verifiers
      const entry = {
        apiVersion: '0.0.1',
        kind: 'dsse',
        spec: {
          envelopeHash: sha256(Buffer.from(proposedContent.envelope)),
          payloadHash: sha256(Buffer.from(envelope.payload, 'base64')),
          signatures: [{ signature: envelope.signatures[0].sig, verifier }],
        },
      }
      const answer = await fn(JSON.stringify(entry))
      if (!withoutPromise) return answer
      const logged = JSON.parse(String(answer.response))
      for (const each of Object.values<{ verification: Record<string, unknown> }>(logged))
        delete each.verification.signedEntryTimestamp
      return { ...answer, response: JSON.stringify(logged) }
    },
  }
}

function sha256(bytes: Buffer): { algorithm: string; value: string } {
  return { algorithm: 'sha256', value: createHash('sha256').update(bytes).digest('hex') }
}

function keyPair(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

function trustedRoot(
  url: string,
  trusted: {
    readonly ca: readonly ArrayBufferView[]
    readonly tsa: readonly ArrayBufferView[]
    readonly log: KeyObject
    readonly certificateLog: KeyObject
  },
): Record<string, unknown> {
  const validFor = { start: '2020-01-01T00:00:00.000Z' }
  const log = (key: KeyObject) => {
    const der = key.export({ format: 'der', type: 'spki' })
    const keyId = createHash('sha256').update(der).digest('base64')
    const publicKey = {
      rawBytes: der.toString('base64'),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor,
    }
    return { baseUrl: url, hashAlgorithm: 'SHA2_256', publicKey, logId: { keyId } }
  }
  const authority = (chain: readonly ArrayBufferView[]) => ({
    subject: { organization: 'mock', commonName: 'mock' },
    uri: url,
    certChain: {
      certificates: chain.map(({ buffer, byteOffset, byteLength }) => ({
        rawBytes: Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
      })),
    },
    validFor,
  })
  return {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [log(trusted.log)],
    certificateAuthorities: [authority(trusted.ca)],
    ctlogs: [log(trusted.certificateLog)],
    timestampAuthorities: [authority(trusted.tsa)],
  }
}
