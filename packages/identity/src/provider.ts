import type { Check, Claims } from './check.ts'

/** The id of a provider in the list, e.g. `github`. */
export type ProviderId = string

/** What the owner of a package types in: one string per declared field. */
export type Fields<Name extends string = string> = Readonly<Partial<Record<Name, string>>>

/** Numeric ids remembered from the first successful exchange, by claim. */
export type Pins = Readonly<Record<string, string>>

/** A field of a trusted publisher; forms, API and command-line flags are rendered from it. */
export interface Field {
  readonly label: string
  readonly help: string
  readonly example: string
  readonly optional: boolean
  /** What a value looks like, as the source of a regular expression for the whole text, for schemas; `parse` decides. */
  readonly pattern: string
  /** Brings what was typed into its stored form, or says in half a sentence why it cannot. */
  readonly parse: (typed: string) => { readonly value: string } | { readonly reason: string }
}

/** A run as people speak of it: shown on releases, in logs and in reports. */
export interface Run {
  readonly repository: string
  readonly repositoryUrl: string
  readonly workflow: string
  readonly ref: string
  readonly commit: string
  readonly url: string
}

/** The facts of a run from which {@link Provider.simulate} makes the claims that the CI would issue. */
export interface SimulatedRun {
  readonly issuer: string
  readonly repository: string
  readonly ref: string
  readonly commit: string
  readonly event: string
  /** Path of the workflow file that the event starts, from the root of the repository. */
  readonly entry: string
  /** Path of the workflow file that holds the job; the same as `entry` unless it is a called workflow. */
  readonly file: string
  readonly environment?: string | undefined
  readonly visibility?: 'public' | 'private'
}

/** The environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Whether ID tokens can be had in an environment, and if not, why. */
export type Detection =
  | { readonly found: true }
  | { readonly found: false; readonly inCi: boolean; readonly reason: string }

/** Runs a program of the CI without a shell and gives what it printed to stdout. Throws if it cannot be run or fails. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string>

/** How `npm trust` words the fields on the wire (npm CLI, `POST /-/package/<name>/trust`). */
export interface NpmTrustWords<Name extends string = string> {
  readonly fromClaims: (claims: Claims) => Fields<Name>
  readonly toClaims: (fields: Fields<Name>) => Claims
}

/**
 * A kind of CI. One file holds both halves: what its claims mean, for whoever verifies, and how a job comes by
 * an ID token, for whoever publishes. Adding one is that file and a line in `providers/index.ts`.
 */
export interface Provider<Name extends string = string> {
  readonly id: ProviderId
  readonly label: string
  /** The issuer of the public service; self-managed ones are registered by an administrator. */
  readonly issuer: string
  /**
   * The public service's issuers for single organisations, if it has such. They count as `issuer`, which publishers
   * name; the check must hold the claim `iss` against the organisation.
   */
  readonly organisationIssuers?: RegExp
  /** Where the public service keeps its keys, if not on the host of `issuer`. */
  readonly keysOrigin?: string
  /** Whether its ID tokens are numbered (claim `jti`). For others a digest stands in. */
  readonly numbered: boolean
  /** The signature algorithms this issuer uses. Never taken from the token. */
  readonly algorithms: readonly string[]
  /** No genuine ID token lives longer than this many seconds. */
  readonly maxLifetime: number
  readonly fields: Readonly<Record<Name, Field>>
  /** Fields of which exactly one has to be given, and what to say in half a sentence if that is not so. */
  readonly oneOf?: { readonly names: readonly Name[]; readonly reason: string }
  /** The claim that says which repository is running. Expected values are shown only to tokens that pass it. */
  readonly sourceClaim: string
  /** Claims with numeric ids that are pinned at the first successful exchange. */
  readonly pinnedClaims: readonly string[]
  /** The indexed lookup key: the same string from a stored publisher and from a token. */
  readonly lookupKey: (fields: Fields<Name>) => string
  readonly lookupKeyOf: (claims: Claims) => string
  /** Every comparison, so that a refusal can be explained. Pins are checked by the caller. */
  readonly check: (fields: Fields<Name>, claims: Claims, issuer: string) => readonly Check[]
  readonly describe: (claims: Claims, issuer: string) => Run
  /** `machine` is the product name of the computer (DMI), where that is all that tells. */
  readonly detect: (env: Environment, machine?: string) => Detection
  /**
   * An ID token for the audience. What passes is tried again; every call asks for a fresh one, where the CI gives that.
   * @throws Refusal `id_token_unavailable`
   */
  readonly requestIdToken: (
    env: Environment,
    audience: string,
    fetch: typeof globalThis.fetch,
    run?: RunProgram,
  ) => Promise<string>
  /** The names of the variables that hold secrets of the CI, ID tokens among them. */
  readonly secretVariables: RegExp
  /** What a line of output begins with that hides the rest of it in the log from then on; absent if nothing does. */
  readonly maskCommand?: string
  readonly simulate: (run: SimulatedRun) => Claims
  /** The variables that this CI sets in every job of the run, except those that lead to ID tokens. */
  readonly jobVariables: (run: SimulatedRun) => Environment
  readonly npmTrust: NpmTrustWords<Name>
  /** A publisher and a run that it accepts; the contract test changes one claim at a time. */
  readonly example: { readonly fields: Fields<Name>; readonly run: SimulatedRun }
}

/** Keeps field names checked while a provider is written, then hides them so that all providers fit one list. */
export function defineProvider<const Name extends string>(provider: Provider<Name>): Provider {
  return provider as Provider<string>
}
