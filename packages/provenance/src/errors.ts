import { refusals } from '@trustpub/identity'

/** Everything that can be wrong with a bundle, an attestation, the making of one, or the roots that it is checked with. */
export const PROVENANCE_ERRORS = {
  bundle_too_large: {
    status: 422,
    sentence:
      'The bundle is larger than {limit} bytes. A statement about one file, with its signature and log entry, takes a small part of that.',
  },
  bundle_malformed: {
    status: 422,
    sentence:
      'This is not a Sigstore bundle: {reason}. Send the bundle as the signing tool wrote it.',
  },
  bundle_version_unknown: {
    status: 422,
    sentence:
      'The bundle says mediaType "{mediaType}"; versions 0.1 to 0.3 of Sigstore bundles are understood.',
  },
  attestation_malformed: {
    status: 422,
    sentence:
      'This is not an attestation as PEP 740 defines it: {reason}. Send it as pypi-attestations or trustpub publish wrote it.',
  },
  payload_type_unknown: {
    status: 422,
    sentence:
      'The bundle signs a payload of type "{payloadType}", but only in-toto statements ({expected}) say what was built.',
  },
  statement_malformed: {
    status: 422,
    sentence: 'What the bundle signs is not an in-toto statement: {reason}.',
  },
  subjects_several: {
    status: 422,
    sentence:
      'The statement is about {count} files. It must be about one: sign each file on its own.',
  },
  predicate_unknown: {
    status: 422,
    sentence: 'The predicate type is "{predicateType}"; accepted here: {known}.',
  },
  subject_mismatch: {
    status: 422,
    sentence:
      'The statement is about "{actual}", not about "{expected}". Publish the bundle that was made for this file.',
  },
  digest_mismatch: {
    status: 422,
    sentence:
      'The statement about "{name}" gives {algorithm} {actual}, but this file has {expected}. The file was built again or changed after it was signed.',
  },
  log_entry_missing: {
    status: 422,
    sentence:
      'The bundle has no entry of a transparency log, so nothing proves that its key was used while it was valid. Sign with a log (Rekor).',
  },
  log_entry_invalid: {
    status: 422,
    sentence:
      'The entry of the transparency log does not prove that this signature was logged: {reason}.',
  },
  log_unknown: {
    status: 422,
    sentence:
      'The transparency log {log} is not among those trusted here. Was the bundle signed with another Sigstore instance?',
  },
  timestamp_missing: {
    status: 422,
    sentence:
      'The bundle carries no time that can be verified: neither a signed promise of the log nor a timestamp. Sign with a timestamp authority, or with a log that promises inclusion.',
  },
  timestamp_invalid: {
    status: 422,
    sentence:
      'A timestamp of the bundle is not from a timestamp authority trusted here, or is for another signature.',
  },
  certificate_malformed: {
    status: 422,
    sentence: 'The certificate of the bundle cannot be read: {reason}.',
  },
  certificate_expired: {
    status: 422,
    sentence:
      'The certificate was valid from {from} to {until}, but the signature was made at {time}. Sign right after the certificate is issued.',
  },
  certificate_untrusted: {
    status: 422,
    sentence:
      'The certificate was not issued by a certificate authority trusted here. Was the bundle signed with another Sigstore instance?',
  },
  certificate_not_logged: {
    status: 422,
    sentence:
      'The certificate does not prove that it is in a certificate log trusted here (SCT), so it could have been issued unseen.',
  },
  bundle_signature_invalid: {
    status: 422,
    sentence:
      'The signature is not that of the key in the bundle. The statement was changed after it was signed.',
  },
  signing_key_unknown: {
    status: 422,
    sentence:
      'The bundle is signed with key "{keyid}", which is not among the keys of the registry that should have signed it.',
  },
  signing_key_expired: {
    status: 422,
    sentence: 'The bundle was signed at {time} with key "{keyid}", which expired at {expires}.',
  },
  provenance_disagrees: {
    status: 422,
    sentence:
      'The statement says {field} "{statement}", but the certificate was issued for "{certificate}". A statement must describe the run that signs it.',
  },
  signer_unknown: {
    status: 422,
    sentence:
      'The certificate was issued for an identity of "{issuer}", but the trusted publisher names issuer "{expected}".',
  },
  signer_repository: {
    status: 422,
    sentence:
      'The bundle was signed in another repository: {claim} is "{actual}", but the trusted publisher names "{expected}".',
  },
  signer_workflow: {
    status: 422,
    sentence:
      'The bundle was signed by another workflow: {claim} is "{actual}", but the trusted publisher names "{expected}".',
  },
  signer_refused: {
    status: 422,
    sentence:
      'The bundle was signed by a run that may not publish: {claim} is "{actual}", but it must be "{expected}".',
  },
  provenance_unsupported: {
    status: 422,
    sentence: 'There is no provenance statement for {provider}. It can be made in {known}.',
  },
  environment_incomplete: {
    status: 422,
    sentence:
      'The provenance statement needs variables that the CI sets in every job, and these are not set: {missing}.',
  },
  identity_token_malformed: {
    status: 422,
    sentence:
      'What was to prove the identity to Sigstore is not an ID token with a subject. Request one for the audience "sigstore".',
  },
  signing_refused: {
    status: 502,
    sentence: 'The certificate authority {url} issued no certificate: {reason}.',
  },
  logging_refused: {
    status: 502,
    sentence: 'The transparency log {url} took no entry: {reason}.',
  },
  timestamping_refused: {
    status: 502,
    sentence: 'The timestamp authority {url} gave no timestamp: {reason}.',
  },
  trust_unavailable: {
    status: 503,
    sentence:
      'The roots of trust of Sigstore could not be read from {source}: {reason}. Without them nothing can be verified.',
  },
  trust_invalid: {
    status: 500,
    sentence: 'The roots of trust from {source} cannot be used: {reason}.',
  },
} as const

export type ProvenanceErrorCode = keyof typeof PROVENANCE_ERRORS

/** Makes a `Refusal` from provenance's error table. */
export const refuse: ReturnType<typeof refusals<typeof PROVENANCE_ERRORS>> =
  refusals(PROVENANCE_ERRORS)
