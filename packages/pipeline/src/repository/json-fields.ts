/** Tells whether a parsed value is an object with keys. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The text under a key of a parsed value; undefined if it is not there or not text. */
export function field(value: unknown, key: string): string | undefined {
  if (!isRecord(value) || !Object.hasOwn(value, key)) return undefined
  const text = value[key]
  return typeof text === 'string' && text !== '' ? text : undefined
}
