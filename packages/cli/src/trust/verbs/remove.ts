import { type ExitStatus, UsageError } from '../../command.ts'
import { terminalPrompts } from '../../ui/prompts.ts'
import { described } from '../compare.ts'
import { listAll } from '../listed.ts'
import { bareName } from '../registrar.ts'
import { isFound, type Removed, removeAll } from '../remove.ts'
import { listLines } from '../report.ts'
import { openRegistrars } from './open-registrars.ts'
import type { Context, Verb } from './verb.ts'

/** `trustpub trust remove` */
export const remove: Verb = async ({ groups, args, ui }) => {
  const isSurplus = args.flag('surplus')
  if (!isSurplus && args.texts('package').length === 0) {
    throw new UsageError('Say which: --surplus for all that are not recorded, or --package <name>.')
  }
  const registrars = await openRegistrars(groups, args, ui)
  const listed = await listAll(groups, registrars)
  const unknown = listed.filter(({ state }) => state === 'unknown')
  const found = listed.filter(isFound)
  const chosen = isSurplus ? found.filter(({ state }) => state !== 'same') : found
  const show = args.flag('json') ? ui.explain : ui.print
  for (const line of listLines([...chosen, ...unknown], ui.colour)) show(line)
  const isWhole = unknown.every(({ code }) => code === undefined)
  if (chosen.length === 0) {
    if (args.flag('json')) ui.printJson({ results: [] })
    else ui.print(isWhole ? 'There is nothing to remove.' : 'Nothing was removed.')
    return isWhole ? 0 : 1
  }
  if (!(await isConfirmed(chosen.length, { args }))) {
    ui.print('Nothing was removed.')
    return 1
  }
  const results = await removeAll(chosen, registrars, (done) => show(removedLine(done, { ui })))
  if (args.flag('json')) ui.printJson({ results: results.map(shown) })
  return statusOf(results, isWhole)
}

async function isConfirmed(count: number, { args }: Pick<Context, 'args'>): Promise<boolean> {
  if (args.flag('yes')) return true
  const prompts = await terminalPrompts()
  if (prompts === undefined) {
    throw new UsageError('Nobody can be asked here; say --yes to remove what is listed above.')
  }
  const answer = await prompts.select(`Remove ${count === 1 ? 'it' : `these ${count}`}?`, [
    { value: 'no', hint: 'leave everything' },
    { value: 'yes', hint: 'whoever publishes through it will be refused' },
  ])
  return answer === 'yes'
}

function removedLine({ found, outcome, detail }: Removed, { ui }: Pick<Context, 'ui'>): string {
  const isDone = outcome === 'removed'
  const mark = isDone ? ui.colour.green('✓') : ui.colour.red('✗')
  const what = detail ?? described(found.configured)
  return `${mark} ${bareName(found.package)} ${outcome}: ${what}`
}

function shown({ found, ...rest }: Removed): unknown {
  const { package: name, registry, configured } = found
  const { source: _source, ...known } = configured
  return { package: name, registry, configured: known, ...rest }
}

function statusOf(results: readonly Removed[], isWhole: boolean): ExitStatus {
  const bad = results.filter(({ outcome }) => outcome !== 'removed')
  if (bad.length === 0) return isWhole ? 0 : 1
  return bad.every(({ code }) => code === 'trust_unreachable') ? 3 : 1
}
