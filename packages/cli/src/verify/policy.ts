import type { Issuer } from '@trustpub/identity'
import { refuse } from './errors.ts'
import {
  type Expectation,
  ExpectationError,
  publisherOf,
  REQUIREMENTS,
  type Requirement,
} from './expectation.ts'
import { type Item, subjectOf } from './item.ts'
import { isObject, type Json } from './json.ts'

/** What is expected of an item. */
export type Expecting = (item: Item) => Expectation

interface Rule {
  readonly patterns: readonly string[]
  readonly expectation: Expectation
}

const MEMBERS = ['packages', 'require', 'repository', 'workflow', 'environment']
const RUN = ['repository', 'workflow', 'environment'] as const

/**
 * Reads a policy: `{"rules": [{"packages": "npm:@acme/*", "repository": "acme/widget", "workflow": "release.yml"},
 * {"packages": "*", "require": "signature"}]}`. The first rule with a fitting pattern counts; `*` stands for any text, and
 * names of Python projects are the normalised ones.
 * @throws Refusal `policy_unusable`
 */
export function readPolicy(text: string, file: string, issuers: readonly Issuer[]): Expecting {
  const rules = parse(text, file).map((rule, index) => {
    try {
      return readRule(rule, issuers)
    } catch (error) {
      if (!(error instanceof ExpectationError)) throw error
      throw refuse('policy_unusable', { file, reason: `in rule ${index + 1}: ${error.message}` })
    }
  })
  return (item) => {
    const subject = subjectOf(item)
    const found = rules.find(({ patterns }) => patterns.some((each) => fits(each, subject)))
    return found?.expectation ?? {}
  }
}

function parse(text: string, file: string): readonly unknown[] {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw refuse('policy_unusable', { file, reason: 'it is not JSON' })
  }
  if (isObject(json) && Array.isArray(json.rules) && json.rules.length > 0) return json.rules
  const reason = 'it must be an object with a list "rules" that is not empty'
  throw refuse('policy_unusable', { file, reason })
}

function readRule(rule: unknown, issuers: readonly Issuer[]): Rule {
  if (!isObject(rule)) throw new ExpectationError('a rule is an object')
  const unknown = Object.keys(rule).find((member) => !MEMBERS.includes(member))
  if (unknown !== undefined)
    throw new ExpectationError(`there is no "${unknown}"; a rule has ${MEMBERS.join(', ')}`)
  const patterns = [rule.packages].flat()
  if (patterns.length === 0 || !patterns.every(isPattern)) {
    throw new ExpectationError(
      '"packages" must be a pattern such as "npm:@acme/*", "pypi:acme-*" or "*", or a list of them',
    )
  }
  const run = Object.fromEntries(RUN.map((member) => [member, textOf(rule, member)]))
  const publisher = publisherOf(run, issuers)
  const require = requirementOf(rule.require)
  if (publisher === undefined && require === undefined)
    throw new ExpectationError('it expects nothing: write "require" or "repository"')
  if (publisher !== undefined && require !== undefined && require !== 'provenance')
    throw new ExpectationError(
      'who names a repository expects provenance, so "require" is no other',
    )
  return {
    patterns,
    expectation: { ...(require && { require }), ...(publisher && { publisher }) },
  }
}

function textOf(rule: Json, member: string): string | undefined {
  const value = rule[member]
  if (value === undefined || (typeof value === 'string' && value !== '')) return value
  throw new ExpectationError(`"${member}" must be a text`)
}

function requirementOf(value: unknown): Requirement | undefined {
  if (value === undefined) return undefined
  const found = REQUIREMENTS.find((each) => each === value)
  if (found !== undefined) return found
  throw new ExpectationError(`"require" must be ${REQUIREMENTS.join(' or ')}`)
}

/** A kind of package in front, or a wildcard: a bare name would fit nothing and nobody would notice. */
function isPattern(value: unknown): value is string {
  return typeof value === 'string' && /^(?:npm:|pypi:|\*).*$/.test(value)
}

/** Anchored; piece by piece, because a regular expression with many wildcards can take forever. */
function fits(pattern: string, text: string): boolean {
  const [first = '', ...pieces] = pattern.split('*')
  if (pieces.length === 0) return text === first
  const last = pieces.pop() ?? ''
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const piece of pieces) {
    const found = text.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}
