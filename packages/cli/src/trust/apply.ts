import type { RecordedPublisher, Refusal } from '@trustpub/identity'
import { interruption } from '../tools/interruption.ts'
import type { Applied, ApplyOptions } from './applied.ts'
import { compared, differences } from './compare.ts'
import type { PackageGroup } from './groups.ts'
import { PackageJob } from './package-job.ts'
import type { Registrar } from './registrar.ts'
import type { Registrars } from './registrars.ts'

/**
 * Configures publishers, one after the other. What is there already is left, so that a second run goes on where the first
 * was stopped. Ends early, with the rest not tried, if somebody interrupts it between two packages.
 */
export async function applyAll(
  groups: readonly PackageGroup[],
  registrars: Registrars,
  options: ApplyOptions,
  progress: (done: Applied) => void = () => {},
): Promise<readonly Applied[]> {
  const results: Applied[] = []
  for (const group of groups) {
    const done = interruption.aborted
      ? group.planned.map((publisher) => ({ publisher, outcome: 'not tried' as const }))
      : await registrars.with(
          group,
          (registrar) => applied(group, registrar, registrars, options),
          (refusal, tried) => group.planned.map((one) => failed(one, refusal, tried)),
        )
    for (const one of done) progress(one)
    results.push(...done)
  }
  return results
}

function failed(publisher: RecordedPublisher, { message, code }: Refusal, tried: boolean): Applied {
  return tried
    ? { publisher, outcome: 'failed', detail: message, code }
    : { publisher, outcome: 'not tried', code }
}

async function applied(
  group: PackageGroup,
  registrar: Registrar | undefined,
  registrars: Registrars,
  options: ApplyOptions,
): Promise<readonly Applied[]> {
  if (registrar === undefined) {
    return group.planned.map((publisher) => ({ publisher, outcome: 'by hand' }))
  }
  const there = await registrar.list(group.package)
  const { same, differing, missing, surplus } = compared(there, group.planned, (one, wanted) =>
    differences(one, wanted, registrar.granted),
  )
  const others = [...differing.map((pair) => pair.there), ...surplus]
  const job = new PackageJob(group, registrar, options, others)
  const done: Applied[] = same.map(({ wanted }) => ({
    publisher: wanted,
    outcome: 'already there',
  }))
  for (const { wanted, there: nearest } of differing) done.push(await job.add(wanted, nearest))
  for (const wanted of missing) done.push(await job.add(wanted, undefined))
  // Whatever is not planned goes last, so that at no time less is trusted than at the end.
  const isWhole = done.every(({ outcome }) => outcome !== 'failed')
  if (isWhole && options.replace) done.push(...(await job.clear()))
  if (job.lost !== undefined) registrars.lose(group, job.lost)
  return done
}
