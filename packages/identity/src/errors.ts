import type { Check } from './check.ts'

/** One row of an error table: the HTTP status it maps to and a sentence with `{placeholders}`. */
export interface ErrorRow {
  readonly status: number
  readonly sentence: string
}

/** The values that a sentence's placeholders need, read off the sentence itself. */
export type Values<Sentence extends string> =
  Sentence extends `${string}{${infer Name}}${infer Rest}`
    ? { readonly [Key in Name]: string | number } & Values<Rest>
    : unknown

/**
 * A refusal that a person will read: a stable code, an HTTP status, and a sentence that names the cause
 * and says what to change. `checks` carries the comparisons behind it, where there were any.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: string
  readonly status: number
  readonly checks: readonly Check[]
  /** Every comparison, also those that the sender must not see: for the owner's log, never for an answer. */
  readonly evidence: readonly Check[]

  constructor(
    code: string,
    row: ErrorRow,
    values: Readonly<Record<string, unknown>>,
    checks: readonly Check[] = [],
    evidence: readonly Check[] = checks,
  ) {
    super(row.sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name])))
    this.code = code
    this.status = row.status
    this.checks = checks
    this.evidence = evidence
  }
}

/** Makes the `refuse` function of one package from its error table. */
export function refusals<Table extends Readonly<Record<string, ErrorRow>>>(
  table: Table,
): <Code extends keyof Table & string>(
  code: Code,
  values: Values<Table[Code]['sentence']>,
  checks?: readonly Check[],
  evidence?: readonly Check[],
) => Refusal {
  return (code, values, checks, evidence) => {
    const named = values as Readonly<Record<string, unknown>>
    return new Refusal(code, table[code] as ErrorRow, named, checks, evidence)
  }
}

/** Everything that can be wrong with an ID token or with the publisher it is compared to. */
export const IDENTITY_ERRORS = {
  id_token_malformed: {
    status: 401,
    sentence: 'This is not an ID token: {reason}. Send the token exactly as the CI issued it.',
  },
  id_token_too_large: {
    status: 401,
    sentence: 'The ID token is longer than {limit} characters. No CI issues such a token.',
  },
  issuer_unknown: {
    status: 401,
    sentence:
      'The claim iss is "{issuer}", and this registry does not know that issuer. Publish from {known}, or ask an administrator to register the issuer.',
  },
  issuer_unavailable: {
    status: 503,
    sentence:
      'The signing keys of issuer "{issuer}" could not be read: {reason}. Nothing is wrong with the ID token; try again in a minute.',
  },
  algorithm_refused: {
    status: 401,
    sentence:
      'The ID token says alg "{algorithm}", but issuer "{issuer}" signs with {allowed} only.',
  },
  key_id_missing: {
    status: 401,
    sentence: 'The header of the ID token names no key (kid), so its signature cannot be checked.',
  },
  key_unknown: {
    status: 401,
    sentence:
      'The ID token names key "{kid}", which issuer "{issuer}" does not publish. It was signed by somebody else, or the key was withdrawn: request a new ID token.',
  },
  signature_invalid: {
    status: 401,
    sentence:
      'The signature of the ID token is not that of issuer "{issuer}". It was changed on the way or signed with another key.',
  },
  claim_missing: {
    status: 401,
    sentence:
      'The ID token lacks the claim {claim}, which every token of issuer "{issuer}" carries.',
  },
  id_token_expired: {
    status: 401,
    sentence:
      'The ID token expired at {expired} (claim exp), {seconds} seconds ago. Request it right before publishing, not at the start of the job.',
  },
  id_token_not_yet_valid: {
    status: 401,
    sentence: 'The ID token is only valid from {from} (claim {claim}). Is a clock wrong?',
  },
  lifetime_too_long: {
    status: 401,
    sentence:
      'The ID token is valid for {lifetime} seconds (claims iat and exp); from {provider} no more than {limit} are accepted.',
  },
  audience_mismatch: {
    status: 401,
    sentence:
      'The claim aud is {actual}, but this registry accepts {expected} only, as a single value. Request the ID token for that audience.',
  },
  id_token_unavailable: {
    status: 503,
    sentence: 'There is no ID token for "{audience}" from {provider}: {reason}.',
  },
  field_invalid: {
    status: 422,
    sentence: '{label} "{value}" cannot be used: {reason}.',
  },
  field_unknown: {
    status: 422,
    sentence: 'A trusted publisher for {provider} has no field "{field}". It has: {known}.',
  },
  provider_unknown: {
    status: 422,
    sentence: 'There is no CI provider "{provider}". Known ones: {known}.',
  },
  record_invalid: {
    status: 422,
    sentence: '{file} cannot be used: {reason}.',
  },
  package_mismatch: {
    status: 403,
    sentence:
      'The trusted publisher for {repository} covers {covered}, not {package}. Publish under that name, or add {package} to the publisher.',
  },
  repository_mismatch: {
    status: 403,
    sentence:
      'The claim {claim} is "{actual}" (issuer {issuer}), and no trusted publisher of {package} names it. Publish from the repository that its trusted publisher names, or let the owner of the package add one for this repository (npm trust, or the API).',
  },
  owner_id_mismatch: {
    status: 403,
    sentence:
      'The claim {claim} is "{actual}", but "{expected}" was pinned at the first publish: the names are the same, the account behind them is another. If the change was meant, create the trusted publisher anew.',
  },
  workflow_mismatch: {
    status: 403,
    sentence:
      'The claim {claim} is "{actual}", but the trusted publisher names "{expected}". Rename the workflow file back, or change the publisher.',
  },
  environment_missing: {
    status: 403,
    sentence:
      'The claim {claim} is absent, but the trusted publisher asks for environment "{expected}". Write environment: {expected} in the job that publishes.',
  },
  environment_mismatch: {
    status: 403,
    sentence:
      'The claim {claim} is "{actual}", but the trusted publisher asks for "{expected}". Change environment in the job, or the publisher.',
  },
  ref_mismatch: {
    status: 403,
    sentence:
      'The claim {claim} is "{actual}", but the trusted publisher allows only "{expected}". Release from such a ref, or change the publisher.',
  },
  event_refused: {
    status: 403,
    sentence:
      'The claim {claim} is "{actual}". Such runs can carry code of a stranger, so they may not publish. Start the release by a push, a tag or by hand.',
  },
  claim_refused: {
    status: 403,
    sentence: 'The claim {claim} is "{actual}", but it must be "{expected}".',
  },
} as const

export type IdentityErrorCode = keyof typeof IDENTITY_ERRORS

/** Makes a {@link Refusal} from identity's error table. */
export const refuse: ReturnType<typeof refusals<typeof IDENTITY_ERRORS>> = refusals(IDENTITY_ERRORS)
