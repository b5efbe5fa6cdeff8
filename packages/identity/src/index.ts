export type { Check, Claims } from './check.ts'
export {
  type ErrorRow,
  IDENTITY_ERRORS,
  type IdentityErrorCode,
  Refusal,
  refusals,
  refuse as refuseIdentity,
  type Values,
} from './errors.ts'
export type { FetchJson } from './fetch-json.ts'
export { parseFields } from './fields.ts'
export { type Issuer, parseIssuerUrl } from './issuer.ts'
export { KeySets } from './keys.ts'
export type {
  Detection,
  Environment,
  Field,
  Fields,
  Pins,
  Provider,
  ProviderId,
  Run,
  RunProgram,
  SimulatedRun,
} from './provider.ts'
export { PROVIDERS } from './providers/index.ts'
export { parsePublisherRecord } from './record.ts'
export { publisherRecordSchema } from './record-schema.ts'
export {
  formatPublisherRecord,
  type PublisherRecord,
  RECORD_FILE,
  type RecordedPublisher,
} from './record-text.ts'
export { findProvider, PUBLIC_ISSUERS } from './registered.ts'
export { type Assessment, assess, explainRefusal, pinsOf, type TrustedPublisher } from './trust.ts'
export { type IdToken, verifyIdToken } from './verify.ts'
