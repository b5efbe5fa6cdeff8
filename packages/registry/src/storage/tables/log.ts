import type { LogStore } from '../../domain/ports.ts'
import { idAt, moment } from '../ids.ts'
import { insertion } from '../prepared.ts'
import { toAttempt, toEvent } from '../rows.ts'
import type { Db } from '../schema.ts'

export function logStore(db: Db): LogStore {
  return {
    async attempt(attempt) {
      await insertAttempt(db, {
        ...attempt,
        ...moment(),
        package: attempt.package ?? null,
        run: JSON.stringify(attempt.run),
        checks: JSON.stringify(attempt.checks),
      })
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
      return (await query.orderBy('id', 'desc').limit(limit).execute()).map(toAttempt)
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
      await insertEvent(db, { ...event, ...moment(), details: JSON.stringify(event.details) })
    },

    async events(limit) {
      const query = db.selectFrom('audit_events').selectAll()
      return (await query.orderBy('id', 'desc').limit(limit).execute()).map(toEvent)
    },

    async sweep(before) {
      await db.deleteFrom('exchange_attempts').where('id', '<', idAt(before)).execute()
    },
  }
}

const insertAttempt = insertion('exchange_attempts')
const insertEvent = insertion('audit_events')
