import type { Kysely } from 'kysely'

/**
 * The tables. Times are ISO 8601 text in UTC, which both databases sort right; structured values are JSON text,
 * parsed where rows become objects (`rows.ts`).
 */
export interface Schema {
  accounts: { id: string; name: string; role: string; created_at: string }
  settings: { name: string; value: string }
  packages: {
    id: string
    ecosystem: string
    name: string
    normalised: string
    visibility: string
    revision: number
    created_at: string
    updated_at: string
  }
  owners: { package_id: string; account_id: string }
  releases: {
    id: string
    package_id: string
    version: string
    manifest: string
    published_at: string
    published_by: string
    /** Null while the release is still to be signed. */
    signatures: string | null
  }
  files: {
    package_id: string
    release_id: string
    filename: string
    kind: string
    size: number
    digests: string
    blob: string
    metadata_blob: string | null
    metadata_sha256: string | null
    requires_python: string | null
    yanked: string | null
    uploaded_at: string
    /** Null for a file that came without attestations. */
    predicates: string | null
  }
  attestations: {
    package_id: string
    filename: string
    predicate_type: string
    content: string
    publisher: string | null
  }
  staged_versions: {
    id: string
    package_id: string
    version: string
    manifest: string
    tags: string
    filename: string
    size: number
    digests: string
    blob: string
    /** Null for a version that came without provenance, and then `attested` is. */
    predicates: string | null
    attested: string | null
    staged_at: string
    staged_by: string
  }
  signing_keys: {
    keyid: string
    public_key: string
    private_key: string
    created_at: string
    expires_at: string | null
  }
  /** Blobs that are too small to be worth a file; see `blobs/small.ts`. */
  small_blobs: { key: string; content: Uint8Array }
  dist_tags: { package_id: string; tag: string; version: string }
  trusted_publishers: PublisherColumns
  /** A view: publishers with the packages they cover; `pending` is 1 for those that do not exist yet. */
  publisher_links: PublisherColumns & {
    package_ecosystem: string
    package_name: string
    package_normalised: string
    pending: number
  }
  publisher_packages: { publisher_id: string; package_id: string }
  pending_publishers: { publisher_id: string; ecosystem: string; name: string; normalised: string }
  issuers: { url: string; provider: string; allow_private_network: number }
  api_tokens: {
    id: string
    hash: string
    hint: string
    description: string
    account_id: string | null
    permissions: string
    grants: string | null
    published_by: string | null
    created_at: string
    expires_at: string | null
    revoked_at: string | null
  }
  used_id_tokens: { issuer: string; jti: string; forget_at: string }
  exchange_attempts: {
    id: string
    at: string
    ecosystem: string
    package: string | null
    issuer: string
    source: string
    code: string
    message: string
    run: string
    checks: string
  }
  audit_events: {
    id: string
    at: string
    actor: string
    action: string
    subject: string
    details: string
  }
}

interface PublisherColumns {
  id: string
  provider: string
  issuer: string
  lookup_key: string
  fields: string
  pins: string
  permissions: string
  created_by: string
  created_at: string
  last_used_at: string | null
}

/** The query builder, bound to the tables. */
export type Db = Kysely<Schema>
