import type { Selectable } from 'kysely'
import type { AttestationStore } from '../../domain/ports.ts'
import { prepared } from '../prepared.ts'
import { toAttestation } from '../rows.ts'
import type { Db, Schema } from '../schema.ts'

export function attestationStore(db: Db): AttestationStore {
  return {
    async add(packageId, filename, { predicateType, content, publisher }) {
      await insertAttestation(db, {
        package_id: packageId,
        filename,
        predicate_type: predicateType,
        content: JSON.stringify(content),
        publisher: publisher === undefined ? null : JSON.stringify(publisher),
      })
    },

    async ofFile(packageId, filename) {
      return (await attestationsOfFile(db, { packageId, filename })).rows.map(toAttestation)
    },

    async npmWithout(predicateType, limit) {
      const rows = await db
        .selectFrom('attestations as a')
        .innerJoin('packages as p', 'p.id', 'a.package_id')
        .innerJoin('files as f', (join) =>
          join.onRef('f.package_id', '=', 'a.package_id').onRef('f.filename', '=', 'a.filename'),
        )
        .innerJoin('releases as r', 'r.id', 'f.release_id')
        .select(['p.id as package_id', 'p.normalised', 'r.version'])
        .distinct()
        .where('p.ecosystem', '=', 'npm')
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('attestations as o')
                .select('o.filename')
                .whereRef('o.package_id', '=', 'a.package_id')
                .whereRef('o.filename', '=', 'a.filename')
                .where('o.predicate_type', '=', predicateType),
            ),
          ),
        )
        .limit(limit)
        .execute()
      return rows.map((row) => ({
        packageId: row.package_id,
        name: row.normalised,
        version: row.version,
      }))
    },
  }
}

const insertAttestation = prepared<Schema['attestations']>((db, value) =>
  db
    .insertInto('attestations')
    .values({
      package_id: value('package_id'),
      filename: value('filename'),
      predicate_type: value('predicate_type'),
      content: value('content'),
      publisher: value('publisher'),
    })
    .onConflict((conflict) => conflict.doNothing()),
)

const attestationsOfFile = prepared<
  { packageId: string; filename: string },
  Selectable<Schema['attestations']>
>((db, value) =>
  db
    .selectFrom('attestations')
    .selectAll()
    .where('package_id', '=', value('packageId'))
    .where('filename', '=', value('filename')),
)
