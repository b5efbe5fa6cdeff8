import { refusals } from '@trustpub/identity'

/** Everything the registry itself refuses; what is wrong with ID tokens is in identity's table. */
export const REGISTRY_ERRORS = {
  authentication_required: {
    status: 401,
    sentence:
      'This needs an API token, and the request carries none. In CI exchange an ID token for one (permissions: id-token: write); elsewhere use a token of your account.',
  },
  id_token_absent: {
    status: 401,
    sentence:
      'The exchange needs an ID token, and the request carries none. Give the job permissions: id-token: write (GitHub) or id_tokens: (GitLab).',
  },
  token_unknown: {
    status: 401,
    sentence:
      'This registry did not issue that API token. Is it one for another registry, or the placeholder that setup-node leaves behind?',
  },
  token_expired: {
    status: 401,
    sentence:
      'The API token expired at {expired}. Exchange a new ID token; an exchanged API token lives {minutes} minutes.',
  },
  token_revoked: { status: 401, sentence: 'The API token was revoked at {revoked}.' },
  token_scope: {
    status: 403,
    sentence:
      'The API token covers {covered}, not {package}. Exchange an ID token for {package}; its trusted publisher must cover it.',
  },
  token_permission: {
    status: 403,
    sentence: 'The API token lacks the permission "{permission}" that this needs.',
  },
  publisher_removed: {
    status: 403,
    sentence:
      'The trusted publisher that this API token came from no longer covers {package}. It was removed after the exchange.',
  },
  publisher_ambiguous: {
    status: 403,
    sentence:
      '{package} does not exist yet, and several accounts have pending publishers for it that this run fits, so it is open who would own it. An administrator removes all but one.',
  },
  publisher_permission: {
    status: 403,
    sentence:
      'The trusted publisher of {package} lacks the permission "{permission}"; it has "{granted}". Do what it may (npm stage publish for "stage", npm publish for "publish"), or let the owner of {package} trust the workflow with more.',
  },
  approval_needs_account: {
    status: 403,
    sentence:
      'People look after staged versions, and this API token was exchanged for an ID token. Use the token of an account that owns the package.',
  },
  id_token_reused: {
    status: 403,
    sentence:
      'This ID token was exchanged before (claim jti "{jti}"), and each is good for one exchange only. Request a new one.',
  },
  trusted_only: {
    status: 403,
    sentence:
      'This registry accepts {package} from trusted publishers only, not with the API token of an account. Publish from CI.',
  },
  not_owner: { status: 403, sentence: '{account} does not own {package}, so it may not {action}.' },
  admin_only: { status: 403, sentence: 'Only an administrator may {action}.' },
  package_not_found: {
    status: 404,
    sentence:
      '{package} does not exist here, or it is restricted and the request carries no API token that may read it.',
  },
  version_not_found: { status: 404, sentence: '{package} has no version {version}.' },
  file_not_found: { status: 404, sentence: '{package} has no file {file}.' },
  attestation_needs_exchange: {
    status: 403,
    sentence:
      'The upload of {package} carries an attestation, and this is the API token of an account: an attestation is compared with the trusted publisher that an exchanged token comes from. Publish from CI with an ID token, or without attestations.',
  },
  provenance_repository: {
    status: 422,
    sentence:
      'The provenance is from {expected}, but package.json names {actual} as its repository. Write "repository": "{expected}", in this letter case, into package.json.',
  },
  attestations_malformed: {
    status: 400,
    sentence: 'The field attestations cannot be used: {reason}.',
  },
  attestations_empty: {
    status: 400,
    sentence:
      'The field attestations holds an empty list. Leave the field out where there are none, or attach one.',
  },
  attestations_too_many: {
    status: 400,
    sentence:
      'The field attestations holds {count} attestations; a file may have {limit}, one of each kind.',
  },
  attestations_duplicate: {
    status: 400,
    sentence:
      'The field attestations holds two attestations with the predicate type "{predicateType}"; a file may have one of each kind.',
  },
  not_attested: {
    status: 404,
    sentence: '{what} has no attestations: it was published without.',
  },
  not_found: { status: 404, sentence: 'There is nothing at {path}.' },
  not_offered: { status: 404, sentence: 'This registry does not offer {what}.' },
  version_exists: {
    status: 409,
    sentence:
      '{package} {version} already exists with other contents, or from another publisher. A published version is never replaced: raise the version.',
  },
  file_exists: {
    status: 409,
    sentence:
      'The file {file} already exists with other contents, or from another publisher. A published file is never replaced: raise the version.',
  },
  version_staged: {
    status: 409,
    sentence:
      '{package} {version} is staged already and waits for its owner. Let an owner approve or reject it (npm stage list {package}), or raise the version.',
  },
  version_published: {
    status: 409,
    sentence:
      '{package} {version} is published already, so it cannot be staged. Raise the version.',
  },
  too_many_staged: {
    status: 409,
    sentence:
      '{package} has {limit} staged versions, and no package may have more. Let an owner approve or reject some (npm stage list {package}).',
  },
  stage_new_package: {
    status: 422,
    sentence:
      '{package} does not exist yet, so nobody owns it who could approve a staged version. Publish its first version; stage the later ones.',
  },
  staged_not_found: {
    status: 404,
    sentence:
      'No version is staged under {id}, or its package is not yours. It may have been approved, rejected, staged anew with other provenance, or removed after {days} days; npm stage list shows what waits.',
  },
  already_exists: { status: 409, sentence: '{what} already exists.' },
  tag_needed: {
    status: 409,
    sentence: 'The dist-tag latest cannot be removed; point it at another version instead.',
  },
  body_malformed: { status: 400, sentence: 'The request body cannot be used: {reason}.' },
  body_too_large: {
    status: 413,
    sentence: 'The request is larger than {limit}; this registry takes no more.',
  },
  body_too_slow: {
    status: 408,
    sentence: 'The request did not arrive within {seconds} seconds. Send it again, at once.',
  },
  path_malformed: {
    status: 400,
    sentence: 'The path is not valid UTF-8 once its escapes are decoded.',
  },
  name_invalid: { status: 400, sentence: '{reason}' },
  upload_invalid: { status: 400, sentence: '{reason}' },
  digest_mismatch: {
    status: 400,
    sentence:
      'The {algorithm} of {file} is {actual}, but the upload says {declared}. It was damaged on the way.',
  },
  does_not_exist: {
    status: 404,
    sentence:
      '{what} does not exist, or it is not yours to see. List what there is and take its id or name from there.',
  },
  last_owner: {
    status: 409,
    sentence:
      '{account} is the last owner of {package}. Add another owner first, so that somebody can go on changing it.',
  },
  issuer_unregistered: {
    status: 422,
    sentence:
      'ID tokens of {provider} from the issuer "{issuer}" are not accepted here. Accepted: {known}. An administrator can register the issuer.',
  },
  too_many_publishers: {
    status: 409,
    sentence:
      '{package} has {limit} trusted publishers, and no package may have more. Remove one that is no longer used.',
  },
  trust_invalid: {
    status: 422,
    sentence: 'The trust configuration cannot be used: {reason}.',
  },
  parameter_invalid: {
    status: 400,
    sentence: 'The parameters of the request cannot be used: {reason}.',
  },
  form_mismatch: {
    status: 400,
    sentence:
      'The upload form is for {form}, but {file} is of {actual}. Build the distribution again, or correct the form.',
  },
  not_acceptable: {
    status: 406,
    sentence: 'The request accepts none of the forms that there are here. Accept one of {offered}.',
  },
  unexpected: {
    status: 500,
    sentence: 'Something broke in the registry; its log has the details under {id}.',
  },
  set_up_done: {
    status: 403,
    sentence: 'This registry has an administrator already, so the set-up token is void.',
  },
} as const

export type RegistryErrorCode = keyof typeof REGISTRY_ERRORS

/** Makes a refusal from the registry's error table. */
export const refuse: ReturnType<typeof refusals<typeof REGISTRY_ERRORS>> = refusals(REGISTRY_ERRORS)
