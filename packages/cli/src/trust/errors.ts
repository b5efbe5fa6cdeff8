import { refusals } from '@trustpub/identity'

/** What can go wrong while trusted publishers are configured at a registry. */
export const TRUST_ERRORS = {
  trust_unreachable: {
    status: 503,
    sentence:
      '{host} could not be reached: {reason}. Nothing was changed for {package}; run the same command again.',
  },
  trust_insecure: {
    status: 422,
    sentence:
      '{host} is reached by http, so everybody on the way could read the token. Only a registry on this machine may be.',
  },
  trust_token_missing: {
    status: 401,
    sentence:
      'There is no token for {host}. Log in (npm login --registry {registry}), or put a token into TRUSTPUB_TOKEN or a file (--token-file).',
  },
  trust_token_refused: {
    status: 403,
    sentence:
      '{host} refuses to change the publishers of {package}: {reason}. The account has to own the package, with two-factor authentication; npmjs.com takes no token that bypasses it.',
  },
  trust_otp_needed: {
    status: 401,
    sentence:
      '{host} wants a one-time password. Give it with --otp, or run this on a terminal, where it is asked for.',
  },
  trust_package_missing: {
    status: 404,
    sentence:
      '{package} does not exist at {host}, which takes trusted publishers only for packages that do. Publish a first version by hand (npm publish, with your own login), then run this again.',
  },
  trust_rate_limited: {
    status: 429,
    sentence:
      '{host} takes no more requests for now. Run the same command in some minutes; it goes on where it stopped.',
  },
  trust_refused: {
    status: 422,
    sentence: '{host} refuses this publisher of {package}: {reason}.',
  },
  trust_answer_unusable: {
    status: 502,
    sentence:
      '{host} does not answer as a registry with trusted publishers does: {reason}. Is the address in trusted-publishers.json right?',
  },
} as const

/** Makes a Refusal from this table. */
export const refuse: ReturnType<typeof refusals<typeof TRUST_ERRORS>> = refusals(TRUST_ERRORS)
