/** Core metadata (METADATA, PKG-INFO): every field by name in lower case with its values in order, and the text below. */
export interface CoreMetadata {
  readonly name: string
  readonly version: string
  readonly metadataVersion: string
  readonly fields: ReadonlyMap<string, readonly string[]>
  readonly description: string
}

/**
 * Reads core metadata (https://packaging.python.org/specifications/core-metadata/).
 * @throws Error in half a sentence
 */
export function parseMetadata(bytes: Buffer): CoreMetadata {
  const text = bytes.toString('utf8').replaceAll('\r\n', '\n')
  const end = text.indexOf('\n\n')
  const fields = readFields(end === -1 ? text : text.slice(0, end))
  const required = (field: string): string => {
    const value = fields.get(field)?.[0]
    if (value === undefined || value === '') throw new Error(`its metadata has no ${field}`)
    return value
  }
  return {
    name: required('name'),
    version: required('version'),
    metadataVersion: required('metadata-version'),
    fields,
    description: end === -1 ? '' : text.slice(end + 2),
  }
}

function readFields(header: string): Map<string, string[]> {
  const fields = new Map<string, string[]>()
  let current: string[] | undefined
  for (const line of header.split('\n')) {
    if (line === '') continue
    if (/^[ \t]/.test(line)) {
      if (current === undefined) throw new Error('its metadata begins with an indented line')
      current.push(`${current.pop()}\n${unindented(line)}`)
      continue
    }
    const [, name, value = ''] = /^([A-Za-z][A-Za-z0-9-]*):(.*)$/.exec(line) ?? []
    if (name === undefined) throw new Error('its metadata has a line that is not "Name: value"')
    const key = name.toLowerCase()
    current = fields.get(key) ?? []
    current.push(value.trim())
    fields.set(key, current)
  }
  return fields
}

/** Old metadata marks the lines of a description with eight spaces, or with seven and a bar. */
function unindented(line: string): string {
  return line.replace(/^(?: {7}\|| {8}|[ \t]+)/, '')
}

/** The name as indexes compare it (PEP 503). */
export function normalisedName(name: string): string {
  return name.replace(/[-_.]+/g, '-').toLowerCase()
}
