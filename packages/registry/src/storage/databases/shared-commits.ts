import { CompiledQuery } from 'kysely'
import type { Db } from '../schema.ts'

/** More would make the first of them wait long for the last. */
const MAX_SHARED = 64

interface Job {
  readonly work: (tx: Db) => Promise<unknown>
  readonly resolve: (value: never) => void
  readonly reject: (reason: unknown) => void
}

type Outcome = { readonly value: unknown } | { readonly reason: unknown }

/**
 * Runs transactions one after the other and lets those that wait at the same time share a commit: waiting for the disk
 * is the dearest part of each. To its caller each is a transaction of its own: it fails alone, and is done when it is durable.
 */
export function sharedCommits(db: Db): <T>(work: (tx: Db) => Promise<T>) => Promise<T> {
  const waiting: Job[] = []
  let running = false

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      // Whoever is ready in this turn of the event loop joins.
      await new Promise(setImmediate)
      await commitTogether(db, waiting.splice(0, MAX_SHARED))
    }
    running = false
  }

  return <T>(work: (tx: Db) => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      waiting.push({ work, resolve, reject })
      if (running) return
      running = true
      void drain()
    })
}

async function commitTogether(db: Db, jobs: readonly Job[]): Promise<void> {
  const outcomes: Outcome[] = []
  try {
    await db.transaction().execute(async (tx) => {
      for (const job of jobs) outcomes.push(await attempt(tx, job))
    })
  } catch (reason) {
    for (const job of jobs) job.reject(reason)
    return
  }
  jobs.forEach((job, index) => {
    const outcome = outcomes[index] ?? { reason: new Error('The transaction was not run') }
    if ('reason' in outcome) job.reject(outcome.reason)
    else job.resolve(outcome.value as never)
  })
}

/** One job, taken back alone if it fails. */
async function attempt(tx: Db, job: Job): Promise<Outcome> {
  await tx.executeQuery(SAVEPOINT)
  try {
    const value = await job.work(tx)
    await tx.executeQuery(RELEASE)
    return { value }
  } catch (reason) {
    await tx.executeQuery(ROLLBACK)
    await tx.executeQuery(RELEASE)
    return { reason }
  }
}

const SAVEPOINT = CompiledQuery.raw('savepoint job')
const RELEASE = CompiledQuery.raw('release job')
const ROLLBACK = CompiledQuery.raw('rollback to job')
