import { refusals } from '@trustpub/identity'

/** Everything that can stop a release before or while it is uploaded. */
export const PUBLISHER_ERRORS = {
  not_in_ci: {
    status: 401,
    sentence:
      'There is no ID token to be had here: {reason}. Publish from a CI job; on your own machine, trustpub rehearse plays the release.',
  },
  id_token_unavailable: {
    status: 401,
    sentence: 'No ID token for audience {audience} could be had from {provider}: {reason}.',
  },
  nothing_to_publish: {
    status: 422,
    sentence:
      '{path} is nothing that can be published: give a folder with a package.json, an npm tarball (.tgz), a wheel (.whl), an sdist (.tar.gz), or a folder with such files.',
  },
  path_unreadable: { status: 422, sentence: '{path} cannot be read: {reason}.' },
  package_private: {
    status: 422,
    sentence:
      '{name} says "private": true in its package.json, so it is not published. Remove that line, or leave the package out.',
  },
  manifest_invalid: { status: 422, sentence: '{path} cannot be published: {reason}.' },
  distribution_invalid: { status: 422, sentence: '{file} cannot be published: {reason}.' },
  listed_twice: {
    status: 422,
    sentence: '{what} is there twice: in {first} and in {second}. Publish one of them.',
  },
  access_refused: {
    status: 422,
    sentence:
      '{name} has no scope, and only scoped packages can be restricted. Leave access out, or give the package a scope.',
  },
  tag_invalid: {
    status: 422,
    sentence:
      '"{tag}" cannot be a dist-tag: {reason}. Choose another with --tag or publishConfig.tag.',
  },
  option_invalid: { status: 422, sentence: '{option} "{value}" cannot be used: {reason}.' },
  registry_insecure: {
    status: 422,
    sentence:
      '{url} is not https, so everybody on the way could read the token. Only a registry on this machine may be reached by http.',
  },
  registry_unreachable: {
    status: 503,
    sentence:
      '{host} could not be reached for {what}: {reason}. Nothing is wrong with the package; try again.',
  },
  redirect_refused: {
    status: 502,
    sentence:
      '{host} sent {what} on to {to}. A token is never sent to another place than the one that was named: name the new address as the registry.',
  },
  answer_unusable: {
    status: 502,
    sentence: '{host} answered {what} with {status}, but not as a registry does: {reason}.',
  },
  audience_refused: {
    status: 502,
    sentence:
      '{host} asks for an ID token for the audience "{audience}", which is that of another service: whoever holds such a token can act there in the name of this job. None was requested. The operator of {host} must name an audience of its own (trustpub serve --pypi-audience); until then publish elsewhere.',
  },
  exchange_refused: {
    status: 403,
    sentence: '{host} gave no token for {what} ({status}): {reason}',
  },
  upload_refused: { status: 403, sentence: '{host} refused {what} ({status}): {reason}' },
  version_exists: {
    status: 409,
    sentence:
      '{what} is at {host} already, with other contents: there {there}, here {here}. A published file is never replaced; release a new version.',
  },
  read_back_differs: {
    status: 502,
    sentence:
      '{host} now shows {what} with the digest {there}, but {here} was uploaded. Somebody else published it at the same moment, or it was changed on the way: do not use this version.',
  },
  provenance_unavailable: {
    status: 422,
    sentence:
      'No provenance can be made for {what}: {reason}. Leave it out with --provenance never.',
  },
  attestations_unavailable: {
    status: 422,
    sentence:
      'No attestation can be made for {what}: {reason}. Leave it out with --attestations never.',
  },
} as const

export type PublisherErrorCode = keyof typeof PUBLISHER_ERRORS

/** Makes a Refusal from the publisher's error table. */
export const refuse: ReturnType<typeof refusals<typeof PUBLISHER_ERRORS>> =
  refusals(PUBLISHER_ERRORS)
