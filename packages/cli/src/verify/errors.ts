import { refusals } from '@trustpub/identity'

/** Everything that can be wrong with what is verified, besides what provenance's own table says of bundles. */
export const VERIFY_ERRORS = {
  unreachable: {
    status: 503,
    sentence: '{url} could not be read: {reason}. Nothing is known of the package; try again.',
  },
  answer_unusable: {
    status: 502,
    sentence:
      '{url} does not answer as a registry does: {reason}. Is the address of the registry right (--registry)?',
  },
  address_insecure: {
    status: 422,
    sentence:
      '{url} is not https, so everybody on the way could change what it says. Only a registry on this machine may be reached by http.',
  },
  version_missing: {
    status: 404,
    sentence:
      '{package} is not at {registry}. Check name and version; a private registry is named with --registry, and its token in TRUSTPUB_READ_TOKEN.',
  },
  access_refused: {
    status: 403,
    sentence:
      '{url} may not be read ({status}). Name the registry with --registry and put a token that may read into TRUSTPUB_READ_TOKEN.',
  },
  integrity_missing: {
    status: 422,
    sentence:
      '{source} gives no {algorithm} digest for {package}, so nothing says which file is meant. {advice}',
  },
  integrity_differs: {
    status: 422,
    sentence:
      'The lock file has {here} for {package}, but {registry} has {there}. The version was published anew, or one of the two was tampered with: do not install it.',
  },
  hash_unknown: {
    status: 422,
    sentence:
      'The lock file allows sha256 {hash} for {package}, and {registry} has no such file. It was removed there, or never came from there.',
  },
  content_differs: {
    status: 422,
    sentence:
      '{file} has the digest {actual}, but {registry} promises {expected}. It was changed on the way or at the registry: do not use it.',
  },
  signature_invalid: {
    status: 422,
    sentence:
      'The signature of {registry} for {package} is not that of its key {keyid}. Name, version or digest were changed after it was signed.',
  },
  signature_key_unknown: {
    status: 422,
    sentence:
      '{package} is signed with key {keyid}, which {registry} does not list at /-/npm/v1/keys.',
  },
  signature_key_expired: {
    status: 422,
    sentence:
      '{package} is signed with key {keyid}, which expired at {expires}; {registry} gives {published} as the time of the version.',
  },
  signature_missing: {
    status: 422,
    sentence:
      '{registry} signs its packages, but not {package}. Ask its operator; a mirror may have dropped the signature.',
  },
  attestations_missing: {
    status: 422,
    sentence: '{registry} says that {what} has attestations, but {reason}.',
  },
  attestations_unusable: {
    status: 422,
    sentence: 'The attestations of {what} cannot be read: {reason}.',
  },
  identity_unknown: {
    status: 422,
    sentence:
      'The attestation was signed by an identity of "{issuer}", which is no CI known here. If it is your own server, say what it is: --issuer gitlab={issuer}',
  },
  publisher_disagrees: {
    status: 422,
    sentence:
      '{registry} names another publisher for {file} than its certificate: {claim} is "{actual}", the index says "{expected}".',
  },
  signer_unexpected: {
    status: 422,
    sentence:
      'Another run built it than expected: {claim} is "{actual}", expected is "{expected}".',
  },
  environment_unsaid: {
    status: 422,
    sentence:
      'Nothing says in which environment {file} was published: its certificate does not name one. Leave the environment out, or let the registry decide on it (trusted publisher).',
  },
  provenance_required: {
    status: 422,
    sentence:
      '{file} has no provenance, but it is expected. Publish it with provenance (trustpub publish, npm publish --provenance), or change the expectation.',
  },
  registry_required: {
    status: 422,
    sentence:
      '{package} {reason}, so no registry vouches for it, but one is expected to. Install it from a registry, or change the expectation.',
  },
  signature_required: {
    status: 422,
    sentence: 'Neither a signature nor provenance vouches for {file}, but one is expected.',
  },
  nothing_found: {
    status: 422,
    sentence: 'Nothing vouches for {file}: no signature, no provenance. {advice}',
  },
  bundle_unreadable: { status: 422, sentence: '{file} cannot be read: {reason}.' },
  lock_unusable: { status: 422, sentence: '{file} cannot be verified: {reason}.' },
  policy_unusable: { status: 422, sentence: 'The policy {file} cannot be used: {reason}.' },
} as const

/** Makes a Refusal from this table. */
export const refuse: ReturnType<typeof refusals<typeof VERIFY_ERRORS>> = refusals(VERIFY_ERRORS)
