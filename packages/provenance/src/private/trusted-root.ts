import type { KeyObject } from 'node:crypto'
import type { Authority } from './authority.ts'
import { publicKeyInfo } from './certificate.ts'
import { logId } from './keys.ts'
import type { TimestampAuthority } from './timestamps.ts'

/** What verifiers have to trust, as Sigstore's clients read it: JSON of `dev.sigstore.trustroot.v1.TrustedRoot`. */
export type TrustedRootJson = Readonly<Record<string, unknown>>

export interface Trusted {
  /** Where the services answer. */
  readonly url: string
  readonly from: Date
  readonly authority: Authority
  readonly certificateLog: KeyObject
  readonly log: KeyObject
  readonly timestamps: TimestampAuthority
}

/** The trusted root of these services; what they signed before `from` does not count. */
export function trustedRoot(trusted: Trusted): TrustedRootJson {
  const validFor = { start: trusted.from.toISOString() }
  const log = (key: KeyObject) => ({
    baseUrl: trusted.url,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: publicKeyInfo(key).toString('base64'),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor,
    },
    logId: { keyId: logId(key).toString('base64') },
  })
  const authority = ({ name }: Authority, chain: readonly Authority[]) => ({
    subject: name,
    uri: trusted.url,
    certChain: {
      certificates: chain.map(({ certificate }) => ({ rawBytes: certificate.toString('base64') })),
    },
    validFor,
  })
  const { timestamps } = trusted
  return {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [log(trusted.log)],
    certificateAuthorities: [authority(trusted.authority, [trusted.authority])],
    ctlogs: [log(trusted.certificateLog)],
    timestampAuthorities: [
      authority(timestamps.authority, [timestamps.signer, timestamps.authority]),
    ],
  }
}
