import { type Kysely, type Migration, sql } from 'kysely'

/** Signatures of releases, the keys that make them, and attestations of files. */
export const signatures: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('signing_keys')
      .addColumn('keyid', 'text', (c) => c.primaryKey())
      .addColumn('public_key', 'text', (c) => c.notNull())
      .addColumn('private_key', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('expires_at', 'text')
      .execute()

    // Null means "to be signed yet"; Python's releases are signed by their publishers only.
    await db.schema.alterTable('releases').addColumn('signatures', 'text').execute()
    await sql`
      update releases set signatures = '[]'
      where package_id in (select id from packages where ecosystem = 'pypi')`.execute(db)
    await db.schema
      .createIndex('releases_unsigned')
      .on('releases')
      .column('id')
      .where(sql.ref('signatures'), 'is', null)
      .execute()

    await db.schema.alterTable('files').addColumn('predicates', 'text').execute()
    await db.schema
      .createTable('attestations')
      .addColumn('package_id', 'text', (c) => c.notNull())
      .addColumn('filename', 'text', (c) => c.notNull())
      .addColumn('predicate_type', 'text', (c) => c.notNull())
      .addColumn('content', 'text', (c) => c.notNull())
      .addColumn('publisher', 'text')
      .addPrimaryKeyConstraint('attestations_key', ['package_id', 'filename', 'predicate_type'])
      .addForeignKeyConstraint(
        'attestations_file',
        ['package_id', 'filename'],
        'files',
        ['package_id', 'filename'],
        (constraint) => constraint.onDelete('cascade'),
      )
      .execute()
  },
}
