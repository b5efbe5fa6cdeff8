import type { IdentityErrorCode } from './errors.ts'

/** One comparison between a claim and what a trusted publisher expects of it. */
export interface Check {
  readonly claim: string
  /** What the publisher asks for, in words; the empty string where it must not be shown. */
  readonly expected: string
  /** What the token says; the empty string where the claim is absent. */
  readonly actual: string
  readonly ok: boolean
  /** The refusal to give if this check failed. */
  readonly code: IdentityErrorCode
}

/** Verified claims: every value is still `unknown` until a provider reads it. */
export type Claims = Readonly<Record<string, unknown>>

/** The claim as text; the empty string if it is absent or not a string, which matches nothing. */
export function textClaim(claims: Claims, name: string): string {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined
  return typeof value === 'string' ? value : ''
}

/** The member `file` of a claim as `npm trust` words it; the empty string if it is absent or not text. */
export function npmTrustFile(claims: Claims, name: string): string {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined
  return typeof value === 'object' && value !== null ? textClaim(value as Claims, 'file') : ''
}

/** Passes if both sides are the same non-empty text. */
export function exactly(
  code: IdentityErrorCode,
  claim: string,
  expected: string,
  actual: string,
): Check {
  return { claim, expected, actual, ok: actual !== '' && actual === expected, code }
}

/** Passes if the claim is this very boolean; a text that reads the same is none. */
export function isBoolean(claim: string, expected: boolean, claims: Claims): Check {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined
  const actual = typeof value === 'boolean' ? String(value) : textClaim(claims, claim)
  return {
    claim,
    expected: String(expected),
    actual,
    ok: value === expected,
    code: 'claim_refused',
  }
}

/** The texts of a claim that is a list; none if it is something else. */
export function textsClaim(claims: Claims, name: string): string[] {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}

/** The values of a list separated by commas, as publishers store them. */
export function listed(list: string): string[] {
  return list
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '')
}

/**
 * Lower case for A to Z only. Full Unicode folding would make one name of two: the Kelvin sign folds to `k`, and the
 * hosts compare ASCII names.
 */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** As {@link exactly}, with the case of ASCII letters ignored: for names that the CI's host treats so. */
export function caseless(
  code: IdentityErrorCode,
  claim: string,
  expected: string,
  actual: string,
): Check {
  const ok = actual !== '' && lowerAscii(actual) === lowerAscii(expected)
  return { claim, expected, actual, ok, code }
}

/** Passes for every event but the refused ones. */
export function notOf(claim: string, refused: readonly string[], actual: string): Check {
  const ok = actual !== '' && !refused.includes(actual)
  return { claim, expected: `any but ${refused.join(' and ')}`, actual, ok, code: 'event_refused' }
}

/**
 * Passes if `actual` is `file@` followed by one of the refs that the token itself names. The claim is never cut apart:
 * both file names and refs may contain `@`, and every parser of it has been fooled by one or the other.
 */
export function fileAtRef(
  claim: string,
  file: string,
  refs: readonly string[],
  actual: string,
): Check {
  const ok = refs.some((ref) => ref !== '' && actual === `${file}@${ref}`)
  return { claim, expected: `${file}@…`, actual, ok, code: 'workflow_mismatch' }
}

/** Passes if one of the patterns matches the whole ref. */
export function refCheck(claim: string, patterns: string, actual: string): Check {
  const ok = listed(patterns).some((pattern) => matchesPattern(pattern, actual))
  return { claim, expected: patterns, actual, ok, code: 'ref_mismatch' }
}

/** No ref is longer, and matching costs pattern times text. */
const MAX_PATTERN_LENGTH = 255
/** Enough for any naming of branches and tags; more is a mistake. */
const MAX_WILDCARDS = 4

/** Whether `pattern` may be used in {@link matchesPattern}. */
export function isPattern(pattern: string): boolean {
  const wildcards = pattern.match(/\*+/g)?.length ?? 0
  return pattern !== '' && pattern.length <= MAX_PATTERN_LENGTH && wildcards <= MAX_WILDCARDS
}

/**
 * Anchored match: `*` stands for any text without `/`, `**` for any text. The empty text never matches.
 * Not a regular expression: four wildcards in one of those kept a processor busy for seconds.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  if (text === '' || !isPattern(pattern)) return false
  let ends: ReadonlySet<number> = new Set([0])
  for (const part of pattern.split(/(\*+)/)) {
    ends = part.startsWith('*')
      ? afterWildcard(text, ends, part.length > 1)
      : afterLiteral(text, ends, part)
  }
  return ends.has(text.length)
}

/** Where in `text` the literal can end if it begins at one of `starts`. */
function afterLiteral(text: string, starts: ReadonlySet<number>, literal: string): Set<number> {
  const fitting = [...starts].filter((start) => text.startsWith(literal, start))
  return new Set(fitting.map((start) => start + literal.length))
}

/** Where in `text` a wildcard can end if it begins at one of `starts`. */
function afterWildcard(
  text: string,
  starts: ReadonlySet<number>,
  crossesSlash: boolean,
): Set<number> {
  const ends = new Set<number>()
  let open = false
  for (let end = 0; end <= text.length; end += 1) {
    const stopped = !crossesSlash && text[end - 1] === '/'
    open = starts.has(end) || (open && !stopped)
    if (open) ends.add(end)
  }
  return ends
}
