import { createHash, createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto'
import { dsse, json } from '@sigstore/core'
import { reading, refuse } from './errors.ts'

const SERVICE = 'log entries of kind dsse 0.0.1, intoto 0.0.2 or hashedrekord 0.0.1'

/**
 * The canonical body of a proposed entry: what the log keeps and signs. It is not what was sent; verifiers compare the
 * hashes and signatures in it with the bundle.
 * @throws Refusal for other kinds, and where the signature was not made by the key sent with it
 */
export function canonicalEntry(proposed: string): Buffer {
  const entry = reading(SERVICE, () => {
    const { kind, apiVersion, spec } = JSON.parse(proposed) as Proposed
    const canonical = KINDS[`${kind} ${apiVersion}`]
    if (canonical === undefined) throw new TypeError(`it is of kind ${kind} ${apiVersion}`)
    return { kind, apiVersion, spec: canonical(spec) }
  })
  return Buffer.from(json.canonicalize(entry))
}

interface Proposed {
  readonly kind: string
  readonly apiVersion: string
  // biome-ignore lint/suspicious/noExplicitAny: it is read inside reading(), where whatever is missing is a refusal.
  readonly spec: any
}

const KINDS: Readonly<Record<string, (spec: Proposed['spec']) => unknown>> = {
  'dsse 0.0.1': dsseEntry,
  'intoto 0.0.2': intotoEntry,
  'hashedrekord 0.0.1': hashedEntry,
}

interface Envelope {
  readonly payloadType: string
  readonly payload: string
  readonly signatures: readonly { readonly sig: string }[]
}

function dsseEntry({ proposedContent }: Proposed['spec']) {
  const text = String(proposedContent.envelope)
  const envelope = JSON.parse(text) as Envelope
  const payload = Buffer.from(envelope.payload, 'base64')
  const verifiers = proposedContent.verifiers as readonly string[]
  const signatures = envelope.signatures.map(({ sig }, at) => {
    const verifier = String(verifiers[at])
    requireSignature(envelope.payloadType, payload, sig, verifier)
    return { signature: sig, verifier }
  })
  return { envelopeHash: sha256(text), payloadHash: sha256(payload), signatures }
}

/** Payload and signature are in base64 twice, and the log keeps only the payload's hash. */
function intotoEntry({ content }: Proposed['spec']) {
  const { payloadType, payload, signatures } = content.envelope as Envelope
  const decoded = Buffer.from(once(payload), 'base64')
  for (const { sig, publicKey } of signatures as readonly { sig: string; publicKey: string }[])
    requireSignature(payloadType, decoded, once(sig), publicKey)
  const { algorithm, value } = content.hash
  return {
    content: {
      envelope: { payloadType, signatures },
      hash: { algorithm: String(algorithm), value: String(value) },
      payloadHash: sha256(decoded),
    },
  }
}

/** The signature is not verified: Node signs and verifies content, and here only its digest is known. */
function hashedEntry({ data, signature }: Proposed['spec']) {
  const { algorithm, value } = data.hash
  keyOf(signature.publicKey.content)
  return {
    data: { hash: { algorithm: String(algorithm), value: String(value) } },
    signature: {
      content: String(signature.content),
      publicKey: { content: String(signature.publicKey.content) },
    },
  }
}

function requireSignature(type: string, payload: Buffer, sig: string, verifier: string): void {
  const signed = dsse.preAuthEncoding(type, payload)
  if (!verify('sha256', signed, keyOf(verifier), Buffer.from(sig, 'base64')))
    throw refuse('entry_unsigned', {})
}

/** The public key in PEM, or that of a certificate. */
function keyOf(verifier: string): KeyObject {
  const text = once(verifier)
  return text.includes('BEGIN CERTIFICATE')
    ? new X509Certificate(text).publicKey
    : createPublicKey(text)
}

function once(base64: string): string {
  return Buffer.from(base64, 'base64').toString()
}

function sha256(content: string | Buffer) {
  return { algorithm: 'sha256', value: createHash('sha256').update(content).digest('hex') }
}
