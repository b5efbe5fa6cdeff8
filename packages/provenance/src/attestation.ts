import { BUNDLE_MEDIA_TYPE, type Bundle } from './bundle.ts'
import { refuse } from './errors.ts'
import { STATEMENT_PAYLOAD_TYPE } from './statement.ts'

/** An entry of a transparency log, worded as in bundles. */
export type LogEntry = Bundle['verificationMaterial']['tlogEntries'][number]

/** An attestation object of Python indexes, https://peps.python.org/pep-0740/#attestation-objects */
export interface Attestation {
  readonly version: 1
  readonly verification_material: {
    /** DER in base64. */
    readonly certificate: string
    readonly transparency_entries: readonly LogEntry[]
  }
  /** Both in base64. */
  readonly envelope: { readonly statement: string; readonly signature: string }
}

/**
 * The attestation object with the content of a bundle that was signed with a certificate. Timestamps of an authority
 * have no place in it, so the bundle's log must promise the time itself.
 * @throws Refusal `attestation_malformed` if the bundle holds what such an object cannot
 */
export function toAttestation(bundle: Bundle): Attestation {
  const { verificationMaterial, dsseEnvelope } = bundle
  const certificate =
    verificationMaterial.certificate ?? verificationMaterial.x509CertificateChain?.certificates[0]
  if (certificate === undefined) throw malformed('it is not signed with a certificate')
  if (dsseEnvelope === undefined) throw malformed('it does not sign a statement')
  if (dsseEnvelope.payloadType !== STATEMENT_PAYLOAD_TYPE) throw malformed('it signs no statement')
  const [signature, ...more] = dsseEnvelope.signatures
  if (signature === undefined || more.length > 0) throw malformed('it has not one signature')
  const entries = verificationMaterial.tlogEntries
  if (entries.length === 0) throw malformed('it has no entry of a transparency log')
  if (entries.some((entry) => entry.inclusionPromise === undefined))
    throw malformed(
      'its log promises no time (inclusionPromise), which the object has no other place for',
    )
  return {
    version: 1,
    verification_material: { certificate: certificate.rawBytes, transparency_entries: entries },
    envelope: { statement: dsseEnvelope.payload, signature: signature.sig },
  }
}

/**
 * The bundle with the content of an attestation object that somebody sent.
 * @throws Refusal `attestation_malformed`
 */
export function fromAttestation(attestation: unknown): Bundle {
  const { version, verification_material, envelope } = object(attestation, 'it')
  if (version !== 1) throw malformed('version is not 1')
  const material = object(verification_material, 'verification_material')
  const { statement, signature } = object(envelope, 'envelope')
  return {
    mediaType: BUNDLE_MEDIA_TYPE,
    verificationMaterial: {
      certificate: { rawBytes: base64(material.certificate, 'certificate') },
      tlogEntries: logEntries(material.transparency_entries),
    },
    dsseEnvelope: {
      payload: base64(statement, 'statement'),
      payloadType: STATEMENT_PAYLOAD_TYPE,
      signatures: [{ sig: base64(signature, 'signature'), keyid: '' }],
    },
    // The type wants every alternative that is absent to be there as undefined.
  } as unknown as Bundle
}

function logEntries(value: unknown): LogEntry[] {
  if (!Array.isArray(value) || value.length === 0)
    throw malformed('transparency_entries is not a list with an entry')
  // What an entry must hold is checked with the bundle.
  return value.map((entry) => object(entry, 'an entry of the log') as LogEntry)
}

function object(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw malformed(`${what} is not an object`)
}

/** Strict, for Node would skip what is not base64 and verify something else than what is stored. */
function base64(value: unknown, what: string): string {
  const shape = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
  if (typeof value === 'string' && value !== '' && shape.test(value)) return value
  throw malformed(`${what} is not base64`)
}

function malformed(reason: string): Error {
  return refuse('attestation_malformed', { reason })
}
