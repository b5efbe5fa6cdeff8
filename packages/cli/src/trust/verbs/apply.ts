import { type Registration, registrationsOf } from '@trustpub/project'
import type { ExitStatus } from '../../command.ts'
import { catchSignals, interruption } from '../../tools/interruption.ts'
import type { Ui } from '../../ui/ui.ts'
import type { Applied } from '../applied.ts'
import { applyAll } from '../apply.ts'
import { bareName } from '../registrar.ts'
import { appliedLine, isBad, summaryLines } from '../report.ts'
import { openRegistrars } from './open-registrars.ts'
import { NOTHING } from './plan.ts'
import type { Verb } from './verb.ts'

/** `trustpub trust apply` */
export const apply: Verb = async ({ groups, plan, args, ui }) => {
  if (groups.length === 0) {
    for (const line of plan.notes.length === 0 ? [NOTHING] : plan.notes) ui.print(line)
    return plan.notes.length === 0 ? 0 : 1
  }
  const registrars = await openRegistrars(groups, args, ui)
  const isJson = args.flag('json')
  const options = { replace: args.flag('replace'), dryRun: args.flag('dry-run') }
  const release = catchSignals()
  const progress = progressOf(groups.flatMap(({ planned }) => planned).length, isJson, ui)
  const results = await applyAll(groups, registrars, options, progress).finally(release)
  if (isJson) ui.printJson({ results: results.map(shown) })
  else for (const line of closing(results, options, ui.colour)) ui.print(line)
  interruption.throwIfAborted()
  return statusOf(results)
}

/** A line for each, while it goes on. Of what was not tried nobody wants to read more than the number. */
function progressOf(total: number, isJson: boolean, ui: Ui): (done: Applied) => void {
  let count = 0
  return (done) => {
    if (done.outcome !== 'removed' && done.outcome !== 'would be removed') count += 1
    if (done.outcome === 'not tried') return
    const line = `${appliedLine(done, ui.colour)} ${ui.colour.dim(`${count}/${total}`)}`
    if (isJson) ui.progress(line)
    else ui.print(line)
  }
}

function closing(
  results: readonly Applied[],
  { dryRun }: { readonly dryRun: boolean },
  colour: Ui['colour'],
): readonly string[] {
  const byHand = results.filter(({ outcome }) => outcome === 'by hand')
  const has = (outcome: Applied['outcome']) => results.some((one) => one.outcome === outcome)
  return [
    '',
    ...byHandLines(registrationsOf(byHand.map(({ publisher }) => publisher)), colour),
    ...summaryLines(results, colour),
    ...(has('differs')
      ? ['', 'What differs is left: --replace puts the recorded publisher in its place.']
      : []),
    ...(has('not tried') ? ['', 'The same command goes on where this one stopped.'] : []),
    ...(dryRun ? ['', 'Nothing was changed, because this was a dry run.'] : []),
  ]
}

/** The forms to fill in, in order. */
function byHandLines(
  registrations: readonly Registration[],
  colour: Ui['colour'],
): readonly string[] {
  if (registrations.length === 0) return []
  const notes = [...new Set(registrations.map(({ firstPublish }) => firstPublish))]
  return [
    'These have no API for it. Open the forms, filled in, one after the other:',
    ...registrations.map(({ package: name, prefilled, page }, index) => {
      return `  ${index + 1}. ${bareName(name)}: ${colour.cyan(prefilled ?? page)}`
    }),
    ...notes.map((note) => `  ${note}`),
    '',
  ]
}

function shown({ publisher, ...rest }: Applied): unknown {
  const [registration] = registrationsOf([publisher])
  const { page, prefilled } = registration ?? {}
  const links = rest.outcome === 'by hand' ? { page, prefilled } : {}
  return { ...publisher, ...rest, ...links }
}

function statusOf(results: readonly Applied[]): ExitStatus {
  const bad = results.filter(({ outcome }) => isBad(outcome))
  if (bad.length === 0) return 0
  return bad.every(({ code }) => code === 'trust_unreachable') ? 3 : 1
}
