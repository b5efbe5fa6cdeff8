import { isPattern, listed } from './check.ts'
import { refuse } from './errors.ts'
import type { Field, Fields, Provider } from './provider.ts'

/** The longest value that any forge gives to a name, path or environment. */
const MAX_FIELD_LENGTH = 255

type Parsed = ReturnType<Field['parse']>

/** A field whose trimmed text must match `pattern` (which is anchored here). */
export function textField(
  field: Pick<Field, 'label' | 'help' | 'example'> & { optional?: boolean },
  pattern: RegExp,
  reason: string,
): Field {
  const anchored = new RegExp(`^(?:${pattern.source})$`, 'u')
  const parse = (typed: string): Parsed => {
    const value = typed.trim()
    if (value.length > MAX_FIELD_LENGTH)
      return { reason: `it is longer than ${MAX_FIELD_LENGTH} characters` }
    return anchored.test(value) ? { value } : { reason }
  }
  return { ...field, optional: field.optional ?? false, pattern: anchored.source, parse }
}

/** A name of a deployment environment. */
export function environmentField(help: string): Field {
  return textField(
    { label: 'Environment', help, example: 'release', optional: true },
    // Printable text; quotes, backticks, commas, semicolons and backslashes are refused by every forge.
    /[^\p{Cc}'"`,;\\]+/u,
    'an environment name has no quotes, commas, semicolons, backslashes or control characters',
  )
}

/** Every one is compared at each exchange; releases come from a few kinds of branch or tag. */
const MAX_REF_PATTERNS = 20

/** A UUID in any case. */
export const UUID: RegExp = /[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/

/** As the source of a regular expression: the same, once to so many times, with commas between. */
export function listPattern(item: RegExp, most: number): string {
  return `^(?:${item.source})(?:, *(?:${item.source})){0,${most - 1}}$`
}

/** A full ref with at most four wildcards. */
const REF_PATTERN = /refs\/[^*,]*(?:\*+[^*,]+){0,3}(?:\*+[^*,]*)?/

/** A UUID, stored in lower case. */
export function uuidField(
  field: Pick<Field, 'label' | 'help' | 'example'> & { optional?: boolean },
): Field {
  const parsed = textField(
    field,
    UUID,
    'write it as a UUID, such as 0184990a-477b-4fa8-9968-496074483cee',
  )
  return { ...parsed, parse: (typed) => parsed.parse(typed.toLowerCase()) }
}

/** Patterns for the git ref that may publish, separated by commas. */
export function refField(): Field {
  return {
    label: 'Ref patterns',
    help: 'Only runs for these refs may publish; * stands for any text without /, several patterns are separated by commas.',
    example: 'refs/tags/v*',
    optional: true,
    pattern: listPattern(REF_PATTERN, MAX_REF_PATTERNS),
    parse: (typed): Parsed => {
      const patterns = listed(typed)
      if (patterns.length > MAX_REF_PATTERNS)
        return { reason: `it has more than ${MAX_REF_PATTERNS} patterns` }
      const wrong = patterns.find((pattern) => !pattern.startsWith('refs/') || !isPattern(pattern))
      if (wrong !== undefined || patterns.length === 0) {
        return {
          reason: 'a ref pattern is a full ref such as refs/tags/v* with at most four wildcards',
        }
      }
      return { value: patterns.join(',') }
    },
  }
}

/**
 * Parses what somebody typed for a provider's fields into their stored form. Blank optional fields are dropped.
 * @throws Refusal `field_unknown` or `field_invalid`
 */
export function parseFields(provider: Provider, typed: Readonly<Record<string, unknown>>): Fields {
  const known = Object.keys(provider.fields)
  const unknown = Object.keys(typed).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw refuse('field_unknown', {
      provider: provider.label,
      field: unknown,
      known: known.join(', '),
    })
  }
  const fields: Record<string, string> = {}
  for (const [name, field] of Object.entries(provider.fields)) {
    const value = parseField(field, typed[name])
    if (value !== undefined) fields[name] = value
  }
  const { oneOf } = provider
  if (oneOf !== undefined && oneOf.names.filter((name) => name in fields).length !== 1) {
    const { reason } = oneOf
    throw refuse('field_invalid', { label: 'The publisher', value: provider.label, reason })
  }
  return fields
}

function parseField(field: Field, typed: unknown): string | undefined {
  if (typed === undefined || typed === null || (typeof typed === 'string' && typed.trim() === '')) {
    if (field.optional) return undefined
    throw refuse('field_invalid', { label: field.label, value: '', reason: 'it is required' })
  }
  if (typeof typed !== 'string') {
    throw refuse('field_invalid', {
      label: field.label,
      value: JSON.stringify(typed),
      reason: 'it must be text',
    })
  }
  const parsed = field.parse(typed)
  if ('reason' in parsed) {
    throw refuse('field_invalid', { label: field.label, value: typed, reason: parsed.reason })
  }
  return parsed.value
}
