import { isDeepStrictEqual } from 'node:util'
import { findProvider, type RecordedPublisher } from '@trustpub/identity'
import type { Configured } from './registrar.ts'

/** Whether a registry has a publisher as it is recorded: the same claims, and leave to do the same. */
export function isAsRecorded(configured: Configured, recorded: RecordedPublisher): boolean {
  return differences(configured, recorded).length === 0
}

/** What differs, as "environment: npm, recorded release". */
export function differences(
  configured: Configured,
  recorded: RecordedPublisher,
): readonly string[] {
  if (configured.provider !== recorded.provider) {
    return [`provider: ${configured.provider}, recorded ${recorded.provider}`]
  }
  const [has, wants] = [configured.fields, recorded.fields].map((fields) =>
    wordsOf(recorded, fields),
  )
  const names = [...new Set([...Object.keys(has ?? {}), ...Object.keys(wants ?? {})])]
  const ofFields = names
    .filter((name) => !isDeepStrictEqual(has?.[name], wants?.[name]))
    .map((name) => `${name}: ${has?.[name] ?? 'none'}, recorded ${wants?.[name] ?? 'none'}`)
  const [may, should] = [configured.permissions, recorded.permissions].map((list) =>
    [...list].toSorted(),
  )
  const ofPermissions = isDeepStrictEqual(may, should)
    ? []
    : [`permissions: ${may?.join(', ') || 'none'}, recorded ${should?.join(', ')}`]
  return [...ofFields, ...ofPermissions]
}

/** Only the fields that the registry's own words can say; npm's know no `ref`. */
function wordsOf(
  { provider }: RecordedPublisher,
  fields: RecordedPublisher['fields'],
): Readonly<Record<string, string | undefined>> {
  const { npmTrust } = findProvider(provider)
  return npmTrust.fromClaims(npmTrust.toClaims(fields))
}
