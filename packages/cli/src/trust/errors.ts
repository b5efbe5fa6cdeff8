import { refusals } from '@trustpub/identity'

/** What can go wrong while trusted publishers are configured at a registry. */
export const TRUST_ERRORS = {
  trust_unreachable: {
    status: 503,
    sentence:
      '{host} could not be reached: {reason}. Run the same command again: it looks at what is there before it changes anything.',
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
  trust_token_invalid: {
    status: 401,
    sentence: '{host} does not take the token: {reason}. {advice}',
  },
  trust_token_refused: {
    status: 403,
    sentence: '{host} does not let this token configure {package}: {reason}. {advice}',
  },
  trust_otp_needed: {
    status: 401,
    sentence:
      '{host} wants a one-time password. Run this on a terminal, where it is asked for, or give one with --otp.',
  },
  trust_otp_refused: {
    status: 401,
    sentence:
      '{host} did not take the one-time password. Codes last for half a minute: run the same command with a new one.',
  },
  trust_package_missing: {
    status: 404,
    sentence:
      '{package} does not exist at {host}, which takes trusted publishers only for packages that do. Publish a first version by hand (npm publish, with your own login), then run this again. If it does exist, it is private, and the token may not see it.',
  },
  trust_conflict: {
    status: 409,
    sentence: '{host} refuses a further publisher of {package} beside what is there: {reason}.',
  },
  trust_not_replaced: {
    status: 502,
    sentence:
      'The publisher of {package} was taken away, {host} refused the new one ({reason}), and did not take the old one back ({restoring}). There is none now. The old one was: {old}. Once the reason is gone, run the same command again.',
  },
  trust_unsayable: {
    status: 422,
    sentence:
      '{host} cannot ask for {fields}, and without it would trust more runs than are recorded for {package}. Take it out of trusted-publishers.json, or publish to a registry that can.',
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

/** Refusals that every further request to the registry would meet too. */
const LASTING: ReadonlySet<string> = new Set<keyof typeof TRUST_ERRORS>([
  'trust_unreachable',
  'trust_insecure',
  'trust_token_missing',
  'trust_token_invalid',
  'trust_otp_needed',
  'trust_otp_refused',
  'trust_rate_limited',
])

/** Whether it makes no sense to ask the registry about the next package. */
export function isLasting({ code }: { readonly code: string }): boolean {
  return LASTING.has(code)
}
