import * as v from 'valibot'
import { requireAccount, requireAdmin } from '../domain/access.ts'
import type { IssuerContext } from '../domain/issuers.ts'
import type { Account, TokenPermission } from '../domain/model.ts'
import type { Actor } from '../domain/tokens.ts'
import { refuse } from '../errors.ts'

type Part = v.StrictObjectSchema<v.ObjectEntries, undefined>

/** The parts of a request, as schemas: members of the path, of the query, of the JSON body. */
type Parts = {
  readonly path?: Part
  readonly query?: Part
  readonly body?: Part
}

/** Who may do it: any account's token with that permission, or an administrator's; `set-up` takes the set-up token. */
export type Access = 'read' | 'manage' | 'admin' | 'set-up'

/** Where an operation works. */
export interface Surroundings extends IssuerContext {
  readonly now: () => Date
}

/** What an operation knows about whoever asks. */
interface Caller {
  readonly account: Account
  /** What the API token of the request may be used for. */
  readonly held: readonly TokenPermission[]
}

/** An operation of the API. Both its route and its entry in the OpenAPI document are made from this. */
export interface Operation {
  readonly id: string
  readonly group: string
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** As OpenAPI writes it, below the API's prefix: `/packages/{ecosystem}/{name}`. */
  readonly path: string
  readonly access: Access
  readonly summary: string
  readonly input: Parts
  readonly status: 200 | 201 | 204
  /** What it answers with; absent for 204. */
  readonly answer?: v.GenericSchema
  /** Parses the request, asks whether the caller may, and does it. @throws Refusal */
  readonly run: (around: Surroundings, from: Sender, request: Raw) => Promise<unknown>
}

/** Who sent a request, before anything is asked of them. */
interface Sender {
  readonly actor: Actor
  /** The text of the credential, which is the set-up token once in a registry's life. */
  readonly credential: string | undefined
}

/** The parts of a request before they are parsed. */
interface Raw {
  readonly path: unknown
  readonly query: unknown
  /** Not read before it is known that the caller may. */
  readonly body: () => Promise<unknown>
}

type Definition<I extends Parts, Answer extends v.GenericSchema> = Omit<
  Operation,
  'run' | 'answer' | 'input' | 'access'
> & {
  readonly access: Exclude<Access, 'set-up'>
  readonly input: I
  readonly answer?: Answer
  readonly handle: (
    around: Surroundings,
    caller: Caller,
    input: Parsed<I>,
  ) => Promise<v.InferInput<Answer>>
}

/** The parts of a request after they are parsed. */
type Parsed<I extends Parts> = {
  readonly [K in keyof I]: I[K] extends Part ? v.InferOutput<I[K]> : never
}

/** Defines an operation; its handler sees only what was parsed, and must answer what the schema says. */
export function defineOperation<
  const I extends Parts,
  Answer extends v.GenericSchema = v.VoidSchema<undefined>,
>(definition: Definition<I, Answer>): Operation {
  const { handle, ...described } = definition
  return {
    ...described,
    run: async (around, { actor }, request) => {
      const account =
        described.access === 'admin'
          ? requireAdmin(actor, described.summary.toLowerCase())
          : requireAccount(actor, described.access)
      const held = actor.kind === 'account' ? actor.permissions : []
      return handle(around, { account, held }, await parseRequest(described.input, request))
    },
  }
}

/**
 * Parses the parts of a request.
 * @throws Refusal `parameter_invalid` or `body_malformed`, naming the member
 */
export async function parseRequest<I extends Parts>(input: I, request: Raw): Promise<Parsed<I>> {
  const parsed = {
    path: parsePart('parameter_invalid', input.path ?? NOTHING, request.path),
    query: parsePart('parameter_invalid', input.query ?? NOTHING, request.query),
    body:
      input.body === undefined
        ? undefined
        : parsePart('body_malformed', input.body, await request.body()),
  }
  return parsed as Parsed<I>
}

const NOTHING: Part = v.strictObject({})

function parsePart(
  code: 'parameter_invalid' | 'body_malformed',
  schema: Part,
  value: unknown,
): unknown {
  const result = v.safeParse(schema, value)
  if (result.success) return result.output
  throw refuse(code, { reason: sentence(result.issues[0]) })
}

function sentence(issue: v.BaseIssue<unknown>): string {
  const member = v.getDotPath(issue)
  if (member === null) return 'it must be an object'
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return `"${member}" is not known here`
  }
  if (issue.received === 'undefined') return `"${member}" is missing`
  if (issue.kind === 'schema') return `"${member}" must be ${expectation(issue.expected)}`
  return `"${member}": ${issue.message}`
}

/** `("x" | "y")` and the like, in words. */
function expectation(expected: string | null): string {
  return (expected ?? 'another')
    .toLowerCase()
    .replace(/^\(|\)$/g, '')
    .replaceAll(' | ', ' or ')
}
