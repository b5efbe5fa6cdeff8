import type { Fields, ProviderId } from './provider.ts'

/** The name of the file, at the root of a repository, that records its trusted publishers. */
export const RECORD_FILE = 'trusted-publishers.json'

/** What a trusted publisher may do with its packages. */
export const PERMISSIONS = ['publish', 'stage'] as const

/** One trusted publisher as it is, or is to be, configured at a registry. */
export interface RecordedPublisher {
  /** `npm:@acme/widget` or `pypi:acme-widget`. */
  readonly package: string
  /** The registry it is configured at; for npm's and PyPI's public ones the address that clients use. */
  readonly registry: string
  readonly provider: ProviderId
  /** The issuer, where it is not the provider's public one. */
  readonly issuer?: string
  readonly fields: Fields
  readonly permissions: readonly (typeof PERMISSIONS)[number][]
}

/** The content of `trusted-publishers.json`. */
export interface PublisherRecord {
  readonly publishers: readonly RecordedPublisher[]
}

/**
 * The text of `trusted-publishers.json`, always the same for the same record. The comment stands at its end, as the
 * member `//`.
 */
export function formatPublisherRecord(record: PublisherRecord, comment?: string): string {
  const publishers = record.publishers.map(({ fields, permissions, ...rest }) => ({
    ...rest,
    ...fields,
    permissions,
  }))
  return `${JSON.stringify({ publishers, '//': comment }, null, 2)}\n`
}
