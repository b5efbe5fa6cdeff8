import { registrationsOf } from '@trustpub/project'
import { type Listed, listAll } from '../listed.ts'
import { listLines } from '../report.ts'
import { openRegistrars } from './open-registrars.ts'
import type { Verb } from './verb.ts'

/** `trustpub trust list` */
export const list: Verb = async ({ groups, args, ui }) => {
  const registrars = await openRegistrars(groups, args, ui)
  const listed = (await listAll(groups, registrars)).map(withPage)
  if (args.flag('json')) ui.printJson({ publishers: listed.map(shown) })
  else for (const line of listLines(listed, ui.colour)) ui.print(line)
  const bad = listed.filter(({ state, code }) =>
    state === 'unknown' ? code !== undefined : state !== 'same',
  )
  if (bad.length === 0) return 0
  return bad.every(({ code }) => code === 'trust_unreachable') ? 3 : 1
}

/** Where a person can look. */
function withPage(listed: Listed): Listed {
  const { planned, code, reason } = listed
  if (planned === undefined || reason === undefined || code !== undefined) return listed
  const [registration] = registrationsOf([planned])
  return { ...listed, reason: `${reason}; look at ${registration?.page}` }
}

/** For machines: without what only the registry understands. */
function shown({ configured, ...rest }: Listed): unknown {
  if (configured === undefined) return rest
  const { source: _source, ...known } = configured
  return { ...rest, configured: known }
}
