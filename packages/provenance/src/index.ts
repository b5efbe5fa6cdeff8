export { type Attestation, fromAttestation, toAttestation } from './attestation.ts'
export { BUNDLE_MEDIA_TYPE, type Bundle } from './bundle.ts'
export { PROVENANCE_ERRORS, type ProvenanceErrorCode } from './errors.ts'
export { npmProvenance, pypiProvenance } from './provenance.ts'
export { MAX_BUNDLE_BYTES } from './read-bundle.ts'
export {
  PUBLIC_SERVICES,
  SIGSTORE_AUDIENCE,
  type SigningServices,
  sign,
  signWithKey,
} from './sign.ts'
export { checkSigner, requireSigner, type Signer } from './signer.ts'
export {
  NPM_PUBLISH,
  npmPublishStatement,
  npmSubject,
  PREDICATE_TYPES,
  PYPI_PUBLISH,
  pypiPublishStatement,
  pypiSubject,
  SLSA_V1,
  SLSA_V02,
  type Statement,
  type Subject,
} from './statement.ts'
export { loadTrust, type Trust, type TrustSource } from './trust.ts'
export {
  type RegistryKey,
  type Verified,
  type VerifyOptions,
  verifyBundle,
} from './verify.ts'
