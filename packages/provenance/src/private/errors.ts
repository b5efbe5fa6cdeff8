import { type Refusal, refusals } from '@trustpub/identity'

/** What the private Sigstore refuses; clients print the sentence. */
export const PRIVATE_SIGSTORE_ERRORS = {
  request_malformed: {
    status: 400,
    sentence: 'The request is not one for {service}: {reason}.',
  },
  request_too_large: {
    status: 413,
    sentence: 'The request is larger than {limit} bytes, which no signing client sends.',
  },
  not_found: {
    status: 404,
    sentence: 'There is nothing at {path}.',
  },
  possession_unproven: {
    status: 400,
    sentence:
      'The proof of possession is not a signature of the token\'s subject "{subject}" by the key sent with it. Sign the claim sub, or email where there is one.',
  },
  identity_unnamed: {
    status: 400,
    sentence:
      'The claims of the ID token from "{issuer}" name no job, so there is nobody to certify.',
  },
  entry_known: {
    status: 409,
    sentence: 'The entry is already in the log, as {uuid}.',
  },
  entry_unsigned: {
    status: 400,
    sentence:
      'The signature in the proposed log entry was not made by the key or certificate in it.',
  },
} as const

/** Makes a refusal from a row of the table. */
export const refuse: ReturnType<typeof refusals<typeof PRIVATE_SIGSTORE_ERRORS>> =
  refusals(PRIVATE_SIGSTORE_ERRORS)

/** Reads what was sent; whatever fails on the way is the sender's mistake. */
export function reading<Value>(service: string, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw isRefusal(error) ? error : refuse('request_malformed', { service, reason })
  }
}

function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && error.name === 'Refusal'
}
