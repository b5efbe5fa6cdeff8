import { isUtf8 } from 'node:buffer'
import { type PypiName, parsePypiName } from '../domain/names.ts'
import { type Pep440Version, parsePep440 } from '../domain/pep440.ts'
import { InvalidUpload } from '../invalid-upload.ts'

/** Bytes of METADATA or PKG-INFO: long descriptions reach some 500 kB. */
export const MAX_METADATA_SIZE: number = 2 * 1024 * 1024

/** Header lines: projects with very many extras have some thousand Requires-Dist. */
const MAX_FIELDS = 20_000

/** Fields whose second value would be read differently by different tools. */
const SINGLE = ['metadata-version', 'name', 'version', 'requires-python', 'summary']

/** What the registry needs of a distribution's core metadata (PEP 566 and its successors). */
export interface CoreMetadata {
  readonly metadataVersion: string
  readonly name: PypiName
  readonly version: Pep440Version
  readonly requiresPython: string | undefined
  /** Every field, by name in lower case, with its values in order. */
  readonly fields: ReadonlyMap<string, readonly string[]>
  /** The text after the header, which is the long description; empty if there is none. */
  readonly body: string
}

/**
 * Reads METADATA or PKG-INFO: `Name: value` lines, continued by indented ones, up to the first empty line.
 * @throws InvalidUpload distribution_invalid, name_invalid or version_invalid
 */
export function parseCoreMetadata(bytes: Uint8Array): CoreMetadata {
  if (bytes.length > MAX_METADATA_SIZE) throw invalid(`is larger than ${MAX_METADATA_SIZE} bytes`)
  if (!isUtf8(bytes)) throw invalid('is not UTF-8 text')
  const { fields, body } = readFields(Buffer.from(bytes).toString('utf8'))
  for (const field of SINGLE) {
    if ((fields.get(field)?.length ?? 0) > 1) throw invalid(`gives ${field} more than once`)
  }
  const metadataVersion = required(fields, 'metadata-version')
  if (!/^[0-9]+\.[0-9]+$/.test(metadataVersion)) throw invalid('has a malformed Metadata-Version')
  return {
    metadataVersion,
    name: parsePypiName(required(fields, 'name')),
    version: parsePep440(required(fields, 'version')),
    requiresPython: fields.get('requires-python')?.[0] || undefined,
    fields,
    body,
  }
}

function readFields(text: string): { fields: Map<string, string[]>; body: string } {
  const fields = new Map<string, string[]>()
  let values: string[] | undefined
  let count = 0
  let at = 0
  while (at < text.length) {
    const newline = text.indexOf('\n', at)
    const end = newline === -1 ? text.length : newline
    const line = text.slice(at, text[end - 1] === '\r' ? end - 1 : end)
    at = end + 1
    if (line === '') break
    count += 1
    if (count > MAX_FIELDS) throw invalid(`has more than ${MAX_FIELDS} header lines`)
    values = takeLine(fields, values, line)
  }
  return { fields, body: text.slice(at) }
}

/** @returns the values of the field that the line belongs to, for lines that continue it. */
function takeLine(
  fields: Map<string, string[]>,
  current: string[] | undefined,
  line: string,
): string[] {
  // Python's parser takes it for the end of a line, so what follows would be a field to installers.
  if (line.includes('\r')) throw invalid('has a carriage return within a line')
  if (/^[ \t]/.test(line)) {
    if (current === undefined) throw invalid('begins with an indented line')
    current.push(`${current.pop()}\n${line}`)
    return current
  }
  const match = /^([A-Za-z][A-Za-z0-9-]*):(.*)$/s.exec(line)
  if (match === null) throw invalid('has a header line that is not "Name: value"')
  const [, name = '', value = ''] = match
  const key = name.toLowerCase()
  const values = fields.get(key) ?? []
  values.push(value.trim())
  fields.set(key, values)
  return values
}

function required(fields: ReadonlyMap<string, readonly string[]>, field: string): string {
  const value = fields.get(field)?.[0]
  if (!value) throw invalid(`has no ${field}`)
  return value
}

function invalid(problem: string): InvalidUpload {
  return new InvalidUpload('distribution_invalid', `The distribution's core metadata ${problem}.`)
}
