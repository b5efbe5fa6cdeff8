import { randomUUID } from 'node:crypto'
import type { LogStore } from '../../domain/ports.ts'
import { toAttempt, toEvent } from '../rows.ts'
import type { Db } from '../schema.ts'

export function logStore(db: Db): LogStore {
  return {
    async attempt(attempt) {
      await db
        .insertInto('exchange_attempts')
        .values({
          ...attempt,
          id: randomUUID(),
          at: new Date().toISOString(),
          package: attempt.package ?? null,
          run: JSON.stringify(attempt.run),
          checks: JSON.stringify(attempt.checks),
        })
        .execute()
    },

    async attempts({ ecosystem, package: name, sources = [], limit }) {
      let query = db.selectFrom('exchange_attempts').selectAll()
      if (ecosystem !== undefined) query = query.where('ecosystem', '=', ecosystem)
      if (name !== undefined) {
        query = query.where((is) =>
          is.or([
            is('package', '=', name),
            is.and([is('package', 'is', null), is('source', 'in', sources)]),
          ]),
        )
      }
      return (await query.orderBy('at', 'desc').limit(limit).execute()).map(toAttempt)
    },

    async countRefused(issuer, source, since) {
      const { count } = await db
        .selectFrom('exchange_attempts')
        .select((all) => all.fn.countAll<number | string>().as('count'))
        .where('issuer', '=', issuer)
        .where('source', '=', source)
        .where('at', '>=', since.toISOString())
        .where('code', '!=', 'ok')
        .executeTakeFirstOrThrow()
      return Number(count)
    },

    async audit(event) {
      await db
        .insertInto('audit_events')
        .values({
          ...event,
          id: randomUUID(),
          at: new Date().toISOString(),
          details: JSON.stringify(event.details),
        })
        .execute()
    },

    async events(limit) {
      const query = db.selectFrom('audit_events').selectAll()
      return (await query.orderBy('at', 'desc').limit(limit).execute()).map(toEvent)
    },

    async sweep(before) {
      await db.deleteFrom('exchange_attempts').where('at', '<', before.toISOString()).execute()
    },
  }
}
