import { refuse } from '../errors.ts'

const KEYWORDS = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
)

/**
 * The name at PyPI.
 * @throws ProjectError `option_invalid`
 */
export function distributionName(type: string, option: string, name: string): string {
  // PEP 508, "Names".
  if (/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(name)) return name
  throw refuse('option_invalid', {
    type,
    option,
    value: name,
    reason:
      'PyPI takes names of letters, digits, and . _ - in between. Name the package with packageName.',
  })
}

/**
 * The module that is imported: the one that is asked for, or `acme_widget` for `Acme-Widget`.
 * @throws ProjectError `option_invalid`
 */
export function importName(type: string, asked: string | undefined, distribution: string): string {
  const name = asked ?? distribution.toLowerCase().replace(/[-_.]+/g, '_')
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !KEYWORDS.has(name)) return name
  throw refuse('option_invalid', {
    type,
    option: 'moduleName',
    value: name,
    reason: 'Python imports names of letters, digits and _ that are no words of its own.',
  })
}
