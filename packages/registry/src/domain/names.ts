import { isBuiltin } from 'node:module'
import semver from 'semver'
import { InvalidUpload, quoted } from '../invalid-upload.ts'

declare const kind: unique symbol

/** An npm package name that this registry accepts for a new package; only parseNpmName makes one. */
export type NpmName = string & { readonly [kind]: 'NpmName' }

/** A semantic version in its canonical form; only parseNpmVersion makes one. */
export type NpmVersion = string & { readonly [kind]: 'NpmVersion' }

/** A dist-tag that cannot be taken for a version or range; only parseDistTag makes one. */
export type DistTag = string & { readonly [kind]: 'DistTag' }

/** A Python project name in its PEP 503 form, which decides whether two names are the same. */
export type NormalisedPypiName = string & { readonly [kind]: 'NormalisedPypiName' }

/** A Python project name as its owner writes it, and as it is looked up. */
export interface PypiName {
  readonly name: string
  readonly normalised: NormalisedPypiName
}

/** npm's limit for names, scope included, and for dist-tags likewise. */
const MAX_NPM_LENGTH = 214

/** PyPI has no rule; a wheel's file name must fit the name, a version and tags into 255 bytes. */
const MAX_PYPI_LENGTH = 150

/** First path segments of this registry's own routes, and names that npm itself cannot install. */
const RESERVED: ReadonlySet<string> = new Set([
  'legacy',
  'simple',
  'pypi',
  'integrity',
  'packages',
  'files',
  'node_modules',
  'favicon.ico',
])

/**
 * npm's rules for the names of new packages (validate-npm-package-name), and none of the registry's paths.
 * @throws InvalidUpload name_invalid
 */
export function parseNpmName(text: string): NpmName {
  const problem = npmNameProblem(text)
  if (problem !== undefined) {
    throw new InvalidUpload('name_invalid', `The package name ${quoted(text)} ${problem}.`)
  }
  return text as NpmName
}

/**
 * PEP 508's rule for project names and PEP 503's normalisation.
 * @throws InvalidUpload name_invalid
 */
export function parsePypiName(text: string): PypiName {
  if (text.length > MAX_PYPI_LENGTH || !/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i.test(text)) {
    throw new InvalidUpload(
      'name_invalid',
      `The project name ${quoted(text)} is not valid: use letters, digits, '.', '_' and '-', with a letter or digit at both ends, at most ${MAX_PYPI_LENGTH} characters.`,
    )
  }
  const normalised = text.toLowerCase().replace(/[-_.]+/g, '-')
  return { name: text, normalised: normalised as NormalisedPypiName }
}

/**
 * A version exactly as semver writes it: no `v`, no white space, no build metadata (npm drops it).
 * @throws InvalidUpload version_invalid
 */
export function parseNpmVersion(text: string): NpmVersion {
  const canonical = semver.valid(text)
  if (canonical === text) return text as NpmVersion
  const hint = canonical === null ? 'write it like 1.2.3 or 1.2.3-beta.1' : `write ${canonical}`
  throw new InvalidUpload(
    'version_invalid',
    `${quoted(text)} is not a semantic version in canonical form; ${hint}.`,
  )
}

/** Whether one npm version comes after another, by semver's order. */
export function isLater(version: string, other: string): boolean {
  return semver.gt(version, other)
}

/**
 * A dist-tag must never read as a version or range, since `npm install name@tag` would not reach it.
 * @throws InvalidUpload name_invalid
 */
export function parseDistTag(text: string): DistTag {
  const problem = distTagProblem(text)
  if (problem !== undefined) {
    throw new InvalidUpload('name_invalid', `The dist-tag ${quoted(text)} ${problem}.`)
  }
  return text as DistTag
}

function npmNameProblem(text: string): string | undefined {
  if (text.length > MAX_NPM_LENGTH) return `is longer than ${MAX_NPM_LENGTH} characters`
  if (text !== text.toLowerCase()) return 'has capital letters; npm allows lower case only'
  const parts = /^(?:@([^/]+)\/)?([^/]+)$/.exec(text)
  if (parts === null) return 'is neither a plain name nor of the form @scope/name'
  const [, scope, name = ''] = parts
  for (const part of scope === undefined ? [name] : [scope, name]) {
    if (!/^[a-z0-9._-]+$/.test(part)) {
      return "may only have lower-case letters, digits, '-', '_' and '.'"
    }
    // npm lets a scoped name begin with '_' or '-'; no part may be a path of its own ('.', '..').
    if (part.startsWith('.')) return "has a part that begins with '.'"
  }
  if (/^[_-]/.test(scope ?? name)) return "begins with '_' or '-'"
  if (scope !== undefined) return undefined
  if (RESERVED.has(text)) return 'is reserved'
  return isBuiltin(text) ? 'is the name of a module of Node.js' : undefined
}

function distTagProblem(text: string): string | undefined {
  if (text.length > MAX_NPM_LENGTH) return `is longer than ${MAX_NPM_LENGTH} characters`
  if (!/^[A-Za-z0-9][A-Za-z0-9._~-]*$/.test(text)) {
    return "may only have letters, digits, '-', '_', '.' and '~', and begins with a letter or digit"
  }
  // Ranges begin with a digit, 'v' or 'x' once operators are excluded; asking semver costs 8 µs.
  if (/^[0-9vx]/i.test(text) && semver.validRange(text) !== null)
    return 'reads as a version range; choose a word'
  return undefined
}
