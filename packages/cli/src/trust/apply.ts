import { setTimeout as wait } from 'node:timers/promises'
import { type RecordedPublisher, Refusal } from '@trustpub/identity'
import { differences, isAsRecorded } from './compare.ts'
import type { Configured, Registrar } from './registrar.ts'
import type { Registrars } from './registrars.ts'

export type Outcome =
  | 'configured'
  | 'replaced'
  | 'already there'
  | 'would be configured'
  | 'would be replaced'
  | 'differs'
  | 'by hand'
  | 'failed'

export interface Applied {
  readonly publisher: RecordedPublisher
  readonly outcome: Outcome
  /** Why it failed or differs. */
  readonly detail?: string
}

export interface ApplyOptions {
  readonly replace: boolean
  readonly dryRun: boolean
  readonly progress: (done: Applied) => void
}

/**
 * Configures publishers, one after the other. What is there already is left, so that a second run goes on where the first
 * was stopped.
 */
export async function applyAll(
  publishers: readonly RecordedPublisher[],
  registrars: Registrars,
  options: ApplyOptions,
): Promise<readonly Applied[]> {
  const results: Applied[] = []
  for (const publisher of publishers) {
    const done = await applied(publisher, registrars, options)
    results.push(done)
    options.progress(done)
  }
  return results
}

async function applied(
  publisher: RecordedPublisher,
  registrars: Registrars,
  options: ApplyOptions,
): Promise<Applied> {
  try {
    const registrar = await registrars.for(publisher)
    if (registrar === undefined) return { publisher, outcome: 'by hand' }
    return await configured(publisher, registrar, options)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { publisher, outcome: 'failed', detail: error.message }
  }
}

async function configured(
  publisher: RecordedPublisher,
  registrar: Registrar,
  { replace, dryRun }: ApplyOptions,
): Promise<Applied> {
  const { package: name } = publisher
  const there = await registrar.list(name)
  if (there.some((one) => isAsRecorded(one, publisher)))
    return { publisher, outcome: 'already there' }
  const [old] = there
  if (!registrar.single || old === undefined) {
    if (dryRun) return { publisher, outcome: 'would be configured' }
    await registrar.add(publisher)
    await wait(registrar.pause)
    return { publisher, outcome: 'configured' }
  }
  const detail = differences(old, publisher).join('; ')
  if (!replace) return { publisher, outcome: 'differs', detail }
  if (dryRun) return { publisher, outcome: 'would be replaced', detail }
  await replaced(publisher, old, registrar)
  await wait(registrar.pause)
  return { publisher, outcome: 'replaced', detail }
}

/** The registry keeps one: the old is taken away first, and put back if the new one is refused. */
async function replaced(
  publisher: RecordedPublisher,
  old: Configured,
  registrar: Registrar,
): Promise<void> {
  await registrar.remove(publisher.package, old.id)
  await wait(registrar.pause)
  try {
    await registrar.add(publisher)
  } catch (error) {
    await registrar.add({ ...old, package: publisher.package })
    throw error
  }
}
