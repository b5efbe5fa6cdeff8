import type { Kysely, Migration } from 'kysely'

/** Versions that wait for somebody to approve them. */
export const staging: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('staged_versions')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('package_id', 'text', (c) =>
        c.notNull().references('packages.id').onDelete('cascade'),
      )
      .addColumn('version', 'text', (c) => c.notNull())
      .addColumn('manifest', 'text', (c) => c.notNull())
      .addColumn('tags', 'text', (c) => c.notNull())
      .addColumn('filename', 'text', (c) => c.notNull())
      .addColumn('size', 'integer', (c) => c.notNull())
      .addColumn('digests', 'text', (c) => c.notNull())
      .addColumn('blob', 'text', (c) => c.notNull())
      // Apart from `attested`, which is large, so that lists need not read that.
      .addColumn('predicates', 'text')
      .addColumn('attested', 'text')
      .addColumn('staged_at', 'text', (c) => c.notNull())
      .addColumn('staged_by', 'text', (c) => c.notNull())
      .addUniqueConstraint('staged_versions_version', ['package_id', 'version'])
      .execute()
    await db.schema
      .createIndex('staged_versions_blob')
      .on('staged_versions')
      .column('blob')
      .execute()
    await db.schema
      .createIndex('staged_versions_age')
      .on('staged_versions')
      .column('staged_at')
      .execute()
  },
}
