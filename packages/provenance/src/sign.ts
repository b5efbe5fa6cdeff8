import { createPublicKey, type KeyObject, sign as signBytes } from 'node:crypto'
import type { Signer, Witness } from '@sigstore/sign'
import type { Bundle } from './bundle.ts'
import { keylessSigner } from './keyless.ts'
import { STATEMENT_PAYLOAD_TYPE, type Statement } from './statement.ts'
import { witnesses } from './witness.ts'

/** The addresses of a Sigstore instance. */
export interface SigningServices {
  /** The certificate authority. */
  readonly fulcio: string
  /** The transparency log; what is signed is published there. */
  readonly rekor: string
  /** A timestamp authority, needed if the log promises no time of its own. */
  readonly tsa?: string
}

/** The public instance: everything signed with it is public for ever. */
export const PUBLIC_SERVICES: SigningServices = {
  fulcio: 'https://fulcio.sigstore.dev',
  rekor: 'https://rekor.sigstore.dev',
}

/** The audience of the ID tokens that Sigstore's certificate authorities take. */
export const SIGSTORE_AUDIENCE = 'sigstore'

/**
 * Signs a statement with a key that lives for this one signature: the certificate authority vouches for the identity
 * in the ID token (audience {@link SIGSTORE_AUDIENCE}), the log keeps the signature.
 * @throws Refusal `identity_token_malformed`, `signing_refused`, `logging_refused`, `timestamping_refused`
 */
export async function sign(
  statement: Statement,
  options: {
    readonly identityToken: () => Promise<string>
    readonly services?: SigningServices
  },
): Promise<Bundle> {
  const services = options.services ?? PUBLIC_SERVICES
  const signer = keylessSigner(services.fulcio, options.identityToken)
  return build(statement, signer, await witnesses(services))
}

/**
 * Signs a statement with a key that is kept, ECDSA P-256, and logs the signature.
 * @throws Refusal `logging_refused`, `timestamping_refused`
 */
export async function signWithKey(
  statement: Statement,
  options: {
    readonly privateKey: KeyObject
    readonly keyid: string
    readonly services: Omit<SigningServices, 'fulcio'>
  },
): Promise<Bundle> {
  const { privateKey, keyid } = options
  const publicKey = createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }).toString()
  const signer: Signer = {
    sign: async (data) => ({
      signature: signBytes('sha256', data, privateKey),
      key: { $case: 'publicKey', publicKey, hint: keyid },
    }),
  }
  return build(statement, signer, await witnesses(options.services))
}

async function build(statement: Statement, signer: Signer, all: Witness[]): Promise<Bundle> {
  const [{ DSSEBundleBuilder }, { bundleToJSON }] = await Promise.all([
    import('@sigstore/sign'),
    import('@sigstore/bundle'),
  ])
  const data = Buffer.from(JSON.stringify(statement))
  const builder = new DSSEBundleBuilder({ signer, witnesses: all })
  return bundleToJSON(await builder.create({ data, type: STATEMENT_PAYLOAD_TYPE }))
}
