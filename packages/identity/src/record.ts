import { type Refusal, refuse } from './errors.ts'
import { parseFields } from './fields.ts'
import {
  PERMISSIONS,
  type PublisherRecord,
  RECORD_FILE,
  type RecordedPublisher,
} from './record-text.ts'
import { findProvider } from './registered.ts'

function invalid(reason: string): Refusal {
  return refuse('record_invalid', { file: RECORD_FILE, reason })
}

/**
 * Reads the text of `trusted-publishers.json`.
 * @throws Refusal `record_invalid`, `field_invalid`, `field_unknown` or `provider_unknown`
 */
export function parsePublisherRecord(text: string): PublisherRecord {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw invalid(`it is not JSON: ${error instanceof Error ? error.message : error}`)
  }
  const { publishers } = (document ?? {}) as { publishers?: unknown }
  if (!Array.isArray(publishers)) throw invalid('it needs a list "publishers"')
  return { publishers: (publishers as unknown[]).map(parseEntry) }
}

function parseEntry(entry: unknown, index: number): RecordedPublisher {
  if (typeof entry !== 'object' || entry === null)
    throw invalid(`publishers[${index}] is not an object`)
  const {
    package: name,
    registry,
    provider: id,
    issuer,
    permissions,
    ...typed
  } = entry as Record<string, unknown>
  if (typeof name !== 'string' || !/^(?:npm|pypi):./.test(name)) {
    throw invalid(`publishers[${index}].package must be "npm:<name>" or "pypi:<name>"`)
  }
  if (!isAddress(registry)) {
    throw invalid(`publishers[${index}].registry must be a URL`)
  }
  if (issuer !== undefined && !isAddress(issuer)) {
    throw invalid(`publishers[${index}].issuer must be a URL`)
  }
  if (typeof id !== 'string') throw invalid(`publishers[${index}].provider must be text`)
  const provider = findProvider(id)
  return {
    package: name,
    registry,
    provider: provider.id,
    ...(issuer === undefined ? {} : { issuer }),
    fields: parseFields(provider, typed),
    permissions: parsePermissions(permissions, index),
  }
}

function isAddress(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\/[^/]/.test(value) && URL.canParse(value)
}

function parsePermissions(value: unknown, index: number): RecordedPublisher['permissions'] {
  const list: unknown[] = value === undefined ? ['publish'] : Array.isArray(value) ? value : [value]
  const permissions = PERMISSIONS.filter((permission) => list.includes(permission))
  if (permissions.length === list.length && list.length > 0) return permissions
  throw invalid(`publishers[${index}].permissions must list some of: ${PERMISSIONS.join(', ')}`)
}
