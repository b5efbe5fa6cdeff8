export type { VerifyIdToken } from './authority.ts'
export type { CertifiableToken } from './identities.ts'
export {
  type PrivateSigstore,
  SIGSTORE_HOSTS,
  type StartOptions,
  startPrivateSigstore,
} from './start.ts'
export type { TrustedRootJson } from './trusted-root.ts'
