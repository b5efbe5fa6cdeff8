import type { Selectable } from 'kysely'
import type {
  Account,
  ApiToken,
  AuditEvent,
  ExchangeAttempt,
  Package,
  Release,
  ReleaseFile,
  SigningKey,
  StagedSummary,
  StagedVersion,
  StoredAttestation,
  StoredPublisher,
} from '../domain/model.ts'
import type { Schema } from './schema.ts'

/** Rows become objects here, and nowhere else. JSON in them was written by this store, so it is taken as it is. */

type Row<Table extends keyof Schema> = Selectable<Schema[Table]>

const parse = <T>(json: string): T => JSON.parse(json) as T

/** `{ [name]: value }`, or nothing for SQL's null: absent members are absent, not undefined. */
function optional<Name extends string, Value>(
  name: Name,
  value: Value | null,
): { readonly [K in Name]?: Value } {
  return value === null ? {} : ({ [name]: value } as { readonly [K in Name]: Value })
}

export function toAccount(row: Row<'accounts'>): Account {
  return {
    id: row.id,
    name: row.name,
    role: row.role as Account['role'],
    createdAt: row.created_at,
  }
}

export function toPackage(row: Row<'packages'>): Package {
  return {
    id: row.id,
    ecosystem: row.ecosystem as Package['ecosystem'],
    name: row.name,
    normalised: row.normalised,
    visibility: row.visibility as Package['visibility'],
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export function toRelease(row: Row<'releases'>, files: readonly ReleaseFile[]): Release {
  return {
    id: row.id,
    version: row.version,
    manifest: parse(row.manifest),
    publishedAt: row.published_at,
    publishedBy: parse(row.published_by),
    signatures: row.signatures === null ? [] : parse(row.signatures),
    files,
  }
}

export function toFile(row: Omit<Row<'files'>, 'package_id' | 'release_id'>): ReleaseFile {
  const metadata =
    row.metadata_blob === null || row.metadata_sha256 === null
      ? {}
      : { metadata: { blob: row.metadata_blob, sha256: row.metadata_sha256 } }
  return {
    filename: row.filename,
    kind: row.kind as ReleaseFile['kind'],
    size: row.size,
    digests: parse(row.digests),
    blob: row.blob,
    ...metadata,
    ...optional('requiresPython', row.requires_python),
    ...optional('yanked', row.yanked),
    uploadedAt: row.uploaded_at,
    ...(row.predicates === null ? {} : { predicates: parse<string[]>(row.predicates) }),
  }
}

export function toAttestation(row: Row<'attestations'>): StoredAttestation {
  return {
    predicateType: row.predicate_type,
    content: parse(row.content),
    ...(row.publisher === null
      ? {}
      : { publisher: parse<NonNullable<StoredAttestation['publisher']>>(row.publisher) }),
  }
}

export function toStagedSummary(
  row: Omit<Row<'staged_versions'>, 'manifest' | 'attested'>,
  pkg: Package,
): StagedSummary {
  return {
    id: row.id,
    package: pkg,
    version: row.version,
    tags: parse(row.tags),
    file: {
      filename: row.filename,
      kind: 'tarball',
      size: row.size,
      digests: parse(row.digests),
      blob: row.blob,
      ...(row.predicates === null ? {} : { predicates: parse<string[]>(row.predicates) }),
    },
    stagedAt: row.staged_at,
    stagedBy: parse(row.staged_by),
  }
}

export function toStagedVersion(row: Row<'staged_versions'>, pkg: Package): StagedVersion {
  return {
    ...toStagedSummary(row, pkg),
    manifest: parse(row.manifest),
    ...(row.attested === null
      ? {}
      : { attested: parse<NonNullable<StagedVersion['attested']>>(row.attested) }),
  }
}

export function toSigningKey(row: Row<'signing_keys'>): SigningKey {
  return {
    keyid: row.keyid,
    publicKey: row.public_key,
    privateKey: row.private_key,
    createdAt: row.created_at,
    ...optional('expiresAt', row.expires_at),
  }
}

export function toPublisher(row: Row<'trusted_publishers'>): StoredPublisher {
  return {
    id: row.id,
    provider: row.provider,
    issuer: row.issuer,
    fields: parse(row.fields),
    pins: parse(row.pins),
    permissions: parse(row.permissions),
    createdBy: row.created_by,
    createdAt: row.created_at,
    ...optional('lastUsedAt', row.last_used_at),
  }
}

export function toToken(row: Row<'api_tokens'>, account: Account | undefined): ApiToken {
  return {
    id: row.id,
    hash: row.hash,
    hint: row.hint,
    description: row.description,
    createdAt: row.created_at,
    permissions: parse(row.permissions),
    ...(account === undefined ? {} : { account }),
    ...(row.grants === null ? {} : { grants: parse<NonNullable<ApiToken['grants']>>(row.grants) }),
    ...(row.published_by === null
      ? {}
      : { publishedBy: parse<NonNullable<ApiToken['publishedBy']>>(row.published_by) }),
    ...optional('expiresAt', row.expires_at),
    ...optional('revokedAt', row.revoked_at),
  }
}

export function toAttempt(row: Row<'exchange_attempts'>): ExchangeAttempt {
  return {
    id: row.id,
    at: row.at,
    ecosystem: row.ecosystem as ExchangeAttempt['ecosystem'],
    ...optional('package', row.package),
    issuer: row.issuer,
    source: row.source,
    code: row.code,
    message: row.message,
    run: parse(row.run),
    checks: parse(row.checks),
  }
}

export function toEvent(row: Row<'audit_events'>): AuditEvent {
  return {
    id: row.id,
    at: row.at,
    actor: row.actor,
    action: row.action,
    subject: row.subject,
    details: parse(row.details),
  }
}
