import type { Claims, Provider, Refusal } from '@trustpub/identity'
import type { Ecosystem } from '../artifact.ts'
import type { Context } from '../context.ts'
import { refuse } from '../errors.ts'
import type { Said } from '../targets/target.ts'
import { likelyCause, type RefusedFacts } from './cause.ts'
import { comparedClaims } from './claims.ts'
import type { Problem } from './report.ts'

/** What a refusal is, as a problem. What was not foreseen goes on. @throws anything but a Refusal */
export function problemOf(error: unknown, context: Context): Problem {
  // By its name: where packages are bundled the class can be there twice.
  if (!(error instanceof Error) || error.name !== 'Refusal') throw error
  const { code } = error as Refusal
  return { code, message: context.secrets.redact(error.message) }
}

/** What was refused: a file, or a token. */
export interface RefusedThing {
  readonly ecosystem: Ecosystem
  readonly name: string
  readonly title: string
}

/** A registry's refusal with the claims of the token beside it, and the likeliest cause. */
export function refusedProblem(
  step: RefusedFacts['step'],
  { ecosystem, name, title }: RefusedThing,
  said: Said,
  provider: Provider,
  claims: Claims,
  context: Context,
): Problem {
  const clean = { ...said, message: context.secrets.redact(said.message) }
  const { code, message } = refuse(`${step}_refused`, {
    host: said.host,
    what: title,
    status: said.status,
    reason: clean.message,
  })
  const cause = likelyCause({ ecosystem, step, name, said: clean, provider, claims })
  return {
    code,
    message,
    said: clean,
    claims: comparedClaims(provider, claims),
    ...(cause === undefined ? {} : { cause }),
  }
}
