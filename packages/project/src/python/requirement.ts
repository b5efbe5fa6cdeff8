import type { Dependency } from '../dependencies.ts'
import { refuse } from '../errors.ts'
import type { PythonProjectOptions } from '../options/python.ts'

/** A version as PEP 440 and semver both read it: `1.2`, `1.2.3`, `1.2.0-beta.1`, `1.2.0rc1`. */
const VERSION = String.raw`\d+(?:\.\d+)*(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview|post|dev)[-_.]?\d*)*`

const PLAIN = new RegExp(`^${VERSION}$`)
const CARET = new RegExp(`^\\^(${VERSION})$`)
const TILDE = new RegExp(`^~(${VERSION})$`)
const COMPARED = new RegExp(`^(?:==|!=|<=|>=|<|>|===)${VERSION}$`)
const COMPATIBLE = new RegExp(String.raw`^~=(?=\d+\.\d)${VERSION}$`)
const EXACT = new RegExp(`^=?(${VERSION})$`)
const WILDCARD = /^(?<operator>==|!=|=)?(?<release>\d+(?:\.\d+)*)\.[*xX]$/
const ANY = /^[*xX]?$/

/** Tells whether a text is a version that Python packages can have (PEP 440). */
export function isVersion(text: string): boolean {
  return PLAIN.test(text)
}

/**
 * A range as PEP 440 has it, from what npm, Poetry or PEP 440 itself would write: `^2.30` → `>=2.30,<3`. Empty where any
 * version will do; undefined for what cannot be said in PEP 440, such as alternatives.
 */
export function specifierOf(range: string): string | undefined {
  const parts = range
    .trim()
    .replace(/([<>=!~^])\s+/g, '$1')
    .split(/\s*,\s*|\s+/)
  const specifiers = parts.map(partOf)
  return specifiers.includes(undefined)
    ? undefined
    : specifiers.filter((specifier) => specifier !== '').join(',')
}

function partOf(part: string): string | undefined {
  if (ANY.test(part)) return ''
  if (COMPARED.test(part) || COMPATIBLE.test(part)) return part
  const caret = CARET.exec(part)?.[1]
  if (caret !== undefined) return `>=${caret},<${afterCaret(numbersOf(caret))}`
  const tilde = TILDE.exec(part)?.[1]
  if (tilde !== undefined) return `>=${tilde},<${raised(numbersOf(tilde), 1)}`
  const exact = EXACT.exec(part)?.[1]
  if (exact !== undefined) return `==${exact}`
  const { operator, release } = WILDCARD.exec(part)?.groups ?? {}
  return release === undefined ? undefined : `${operator === '!=' ? '!=' : '=='}${release}.*`
}

function numbersOf(version: string): readonly number[] {
  return (/^[\d.]*\d/.exec(version)?.[0] ?? '').split('.').map(Number)
}

/** The first version that changes the first number which is not 0. */
function afterCaret(numbers: readonly number[]): string {
  const first = numbers.findIndex((number) => number > 0)
  return raised(numbers, first < 0 ? numbers.length - 1 : first)
}

function raised(numbers: readonly number[], at: number): string {
  const last = Math.min(at, numbers.length - 1)
  return [...numbers.slice(0, last), (numbers[last] ?? 0) + 1].join('.')
}

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:\[[A-Za-z0-9._,-]+\])?$/

/**
 * A dependency as it stands in `pyproject.toml` (PEP 508): `requests>=2.30,<3`.
 * @throws ProjectError `option_invalid`
 */
export function requirementOf(type: string, { name, version = '' }: Dependency): string {
  const invalid = (reason: string): Error =>
    refuse('option_invalid', {
      type,
      option: 'the dependency',
      value: version === '' ? name : `${name}@${version}`,
      reason,
    })
  if (!NAME.test(name)) throw invalid('PyPI has no such names.')
  if (name === 'python') throw invalid('the range of Python itself is the option requiresPython.')
  const [range = '', ...marker] = version.split(';')
  const specifier = specifierOf(range)
  if (specifier === undefined) {
    throw invalid('write a range such as ^2.30 or >=2,<3; PEP 440 has no alternatives (||).')
  }
  return [name + specifier, ...marker.map((text) => text.trim())].join('; ')
}

/** As Poetry and projen write the range of Python itself. */
const PYTHON = /^python@/

/**
 * The options with the range of Python where it belongs, if it stands among the dependencies.
 * @throws ProjectError `option_conflict`
 */
export function withRequiredPython(
  type: string,
  options: PythonProjectOptions,
): PythonProjectOptions {
  const { deps = [], requiresPython } = options
  const python = deps.find((spec) => PYTHON.test(spec))
  if (python === undefined) return options
  if (requiresPython !== undefined) {
    throw refuse('option_conflict', {
      type,
      first: `deps: "${python}"`,
      second: `requiresPython: "${requiresPython}"`,
      reason: 'the range of Python is given twice. Keep requiresPython.',
    })
  }
  const others = deps.filter((spec) => spec !== python)
  return { ...options, deps: others, requiresPython: python.replace(PYTHON, '') }
}
