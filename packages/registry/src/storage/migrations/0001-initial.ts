import { type CreateTableBuilder, type Kysely, type Migration, sql } from 'kysely'

type Table = CreateTableBuilder<string, string>

const text = (table: Table, ...names: string[]): Table =>
  names.reduce((built, name) => built.addColumn(name, 'text', (column) => column.notNull()), table)

const optionalText = (table: Table, ...names: string[]): Table =>
  names.reduce((built, name) => built.addColumn(name, 'text'), table)

const integer = (table: Table, name: string): Table =>
  table.addColumn(name, 'integer', (column) => column.notNull())

const child = (table: Table, name: string, parent: string): Table =>
  table.addColumn(name, 'text', (column) =>
    column.notNull().references(`${parent}.id`).onDelete('cascade'),
  )

/** The tables of the first release. Kinds of CI share one table of publishers. */
export const initial: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const create = (name: string): Table => db.schema.createTable(name)

    await text(
      create('accounts').addColumn('id', 'text', (c) => c.primaryKey()),
      'name',
      'role',
      'created_at',
    )
      .addUniqueConstraint('accounts_name', ['name'])
      .execute()

    await text(
      create('settings').addColumn('name', 'text', (c) => c.primaryKey()),
      'value',
    ).execute()

    const packages = create('packages').addColumn('id', 'text', (c) => c.primaryKey())
    await integer(text(packages, 'ecosystem', 'name', 'normalised', 'visibility'), 'revision')
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('updated_at', 'text', (c) => c.notNull())
      .addUniqueConstraint('packages_name', ['ecosystem', 'normalised'])
      .execute()

    await child(child(create('owners'), 'package_id', 'packages'), 'account_id', 'accounts')
      .addPrimaryKeyConstraint('owners_key', ['package_id', 'account_id'])
      .execute()

    const releases = create('releases').addColumn('id', 'text', (c) => c.primaryKey())
    await text(
      child(releases, 'package_id', 'packages'),
      'version',
      'manifest',
      'published_at',
      'published_by',
    )
      .addUniqueConstraint('releases_version', ['package_id', 'version'])
      .execute()

    const files = child(child(create('files'), 'package_id', 'packages'), 'release_id', 'releases')
    await optionalText(
      text(integer(text(files, 'filename', 'kind'), 'size'), 'digests', 'blob', 'uploaded_at'),
      'metadata_blob',
      'metadata_sha256',
      'requires_python',
      'yanked',
    )
      .addPrimaryKeyConstraint('files_key', ['package_id', 'filename'])
      .execute()
    await db.schema.createIndex('files_blob').on('files').column('blob').execute()
    await db.schema
      .createIndex('files_metadata_blob')
      .on('files')
      .column('metadata_blob')
      .where('metadata_blob', 'is not', null)
      .execute()

    await create('small_blobs')
      .addColumn('key', 'text', (c) => c.primaryKey())
      // PostgreSQL's word; to SQLite any word will do.
      .addColumn('content', 'bytea', (c) => c.notNull())
      .execute()

    await text(child(create('dist_tags'), 'package_id', 'packages'), 'tag', 'version')
      .addPrimaryKeyConstraint('dist_tags_key', ['package_id', 'tag'])
      .execute()

    await publisherTables(db, create)
    await tokenTables(db, create)
    await logTables(db, create)
  },
}

async function publisherTables(
  db: Kysely<unknown>,
  create: (name: string) => Table,
): Promise<void> {
  const publishers = create('trusted_publishers').addColumn('id', 'text', (c) => c.primaryKey())
  const required = text(
    publishers,
    'provider',
    'issuer',
    'lookup_key',
    'fields',
    'pins',
    'permissions',
  )
  await optionalText(
    text(child(required, 'created_by', 'accounts'), 'created_at'),
    'last_used_at',
  ).execute()
  await db.schema
    .createIndex('trusted_publishers_key')
    .on('trusted_publishers')
    .columns(['issuer', 'lookup_key'])
    .execute()

  const links = create('publisher_packages')
  await child(child(links, 'publisher_id', 'trusted_publishers'), 'package_id', 'packages')
    .addPrimaryKeyConstraint('publisher_packages_key', ['publisher_id', 'package_id'])
    .execute()
  await db.schema
    .createIndex('publisher_packages_package')
    .on('publisher_packages')
    .column('package_id')
    .execute()

  const pending = child(create('pending_publishers'), 'publisher_id', 'trusted_publishers')
  await text(pending, 'ecosystem', 'name', 'normalised')
    .addPrimaryKeyConstraint('pending_publishers_key', ['publisher_id', 'ecosystem', 'normalised'])
    .execute()
  await db.schema
    .createIndex('pending_publishers_name')
    .on('pending_publishers')
    .columns(['ecosystem', 'normalised'])
    .execute()

  await sql`
    create view publisher_links as
    select p.*, k.ecosystem as package_ecosystem, k.name as package_name,
      k.normalised as package_normalised, 0 as pending
    from trusted_publishers p
    join publisher_packages l on l.publisher_id = p.id
    join packages k on k.id = l.package_id
    union all
    select p.*, n.ecosystem, n.name, n.normalised, 1
    from trusted_publishers p
    join pending_publishers n on n.publisher_id = p.id`.execute(db)

  const issuers = create('issuers').addColumn('url', 'text', (c) => c.primaryKey())
  await integer(text(issuers, 'provider'), 'allow_private_network').execute()
}

async function tokenTables(db: Kysely<unknown>, create: (name: string) => Table): Promise<void> {
  // Looked up by hash all the time, by id when one is revoked; exchanged ones come and go, so they get no more indexes.
  const tokens = text(
    create('api_tokens').addColumn('hash', 'text', (c) => c.primaryKey()),
    'id',
    'hint',
    'description',
    'permissions',
    'created_at',
  ).addColumn('account_id', 'text', (c) => c.references('accounts.id').onDelete('cascade'))
  await optionalText(tokens, 'grants', 'published_by', 'expires_at', 'revoked_at').execute()
  await db.schema
    .createIndex('api_tokens_id')
    .on('api_tokens')
    .column('id')
    .where(sql.ref('account_id'), 'is not', null)
    .execute()
  await db.schema
    .createIndex('api_tokens_account')
    .on('api_tokens')
    .column('account_id')
    .where('account_id', 'is not', null)
    .execute()

  await text(create('used_id_tokens'), 'issuer', 'jti', 'forget_at')
    .addPrimaryKeyConstraint('used_id_tokens_key', ['issuer', 'jti'])
    .execute()
}

async function logTables(db: Kysely<unknown>, create: (name: string) => Table): Promise<void> {
  const attempts = create('exchange_attempts').addColumn('id', 'text', (c) => c.primaryKey())
  await text(attempts, 'at', 'ecosystem', 'issuer', 'source', 'code', 'message', 'run', 'checks')
    .addColumn('package', 'text')
    .execute()
  await db.schema
    .createIndex('exchange_attempts_source')
    .on('exchange_attempts')
    .columns(['issuer', 'source', 'at'])
    .execute()

  const events = create('audit_events').addColumn('id', 'text', (c) => c.primaryKey())
  await text(events, 'at', 'actor', 'action', 'subject', 'details').execute()
}
