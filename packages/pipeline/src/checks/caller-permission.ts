import { replaceText } from '../edits/yaml-edits.ts'
import { accessOf, written } from '../github/permissions.ts'
import type { Job } from '../job.ts'
import type { Place } from '../place.ts'
import type { Release } from '../release.ts'
import { child, entriesOf, isMap, spell, type Tree, textOf } from '../yaml/tree.ts'
import { added } from './added.ts'
import type { Check, Found } from './check.ts'

/** F3, F6: a called workflow asks for ID tokens, or for more of GitHub's own token, than the job that calls it has. */
export const callerPermission: Check = {
  id: 'caller-permission',
  title:
    'a called workflow that asks for `id-token: write`, or for other permissions, which the calling job does not grant',
  failures: ['F3', 'F6'],
  severity: 'error',
  *find(release) {
    const { pipeline } = release
    if (pipeline.provider !== 'github') return
    const releasing = new Set(pipeline.jobs.map(({ entry }) => entry))
    const told = new Set<string>()
    for (const job of [...pipeline.jobs, ...pipeline.otherJobs]) {
      const refusal = refusalOf(job)
      if (refusal === undefined || !releasing.has(job.entry)) continue
      const { said, place, lacking } = refusal
      const isToken = lacking.some(({ scope }) => scope === 'id-token') && !job.idToken.granted
      const at = isToken ? (job.idToken.place ?? job.place) : place
      // Each of the jobs below would say the same of one that calls them all.
      if (told.has(spell(at) + said)) continue
      told.add(spell(at) + said)
      const why = isToken
        ? job.idToken.reason
        : `What is called can have no more than the permissions at ${spell(place)}, and what those do not list is none.`
      const missing = lacking.map(({ scope, asked }) => `\`${scope}: ${asked}\``).join(' and ')
      yield {
        place: at,
        message: `The run does not start: "${said}". ${why}`,
        fix: `Give the calling job ${missing}, beside what the called jobs need.`,
        ...granted(refusal, release),
      }
    }
  },
}

type Access = 'none' | 'read' | 'write'

interface Lack {
  readonly scope: string
  readonly asked: Access
  readonly allowed: Access
}

interface Refusal {
  /** The words of GitHub. */
  readonly said: string
  readonly lacking: readonly Lack[]
  /** What the caller has. */
  readonly place: Place
  readonly allowed: Tree | undefined
}

const RANK: Readonly<Record<Access, number>> = { none: 0, read: 1, write: 2 }

/** Why GitHub does not start the run: a job, or its workflow for all of them, asks for more than the caller has. */
export function refusalOf({ id, place, source }: Job): Refusal | undefined {
  const ids = id.split('/')
  const levels = [...source.callers, source]
  let allowed: Tree | undefined
  for (const [at, { job, workflow }] of levels.entries()) {
    const ofJob = written(job)
    const asked = ofJob ?? written(workflow)
    const lacking = at === 0 ? [] : lackingOf(asked, allowed)
    if (lacking.length > 0) {
      const who = ofJob === undefined ? 'The workflow' : `The nested job '${ids.at(at) ?? id}'`
      const all = textOf(asked) === 'write-all' ? '… ' : ''
      const list = (of: 'asked' | 'allowed') =>
        all + lacking.map((one) => `${one.scope}: ${one[of]}`).join(', ')
      return {
        said: `${who} is requesting '${list('asked')}', but is only allowed '${list('allowed')}'`,
        lacking,
        place: allowed?.place ?? source.callers[0]?.job.place ?? place,
        allowed,
      }
    }
    allowed = asked ?? allowed
  }
  return undefined
}

/** What is asked for, written into the permissions that lack it. */
function granted({ lacking, allowed }: Refusal, release: Release): Pick<Found, 'edits'> {
  const [first, ...more] = lacking
  const listed = first && child(allowed, first.scope)
  const source = allowed && release.source(allowed.place.file)
  if (first === undefined || source === undefined) return {}
  if (listed !== undefined && more.length === 0) {
    const edit = replaceText(source, listed, first.asked)
    return edit === undefined ? {} : { edits: [edit] }
  }
  // One that is listed and one that is not would be two edits of one block.
  if (lacking.some(({ scope }) => child(allowed, scope) !== undefined)) return {}
  return added(
    release,
    allowed,
    lacking.map(({ scope, asked }) => `${scope}: ${asked}`),
  )
}

function lackingOf(asked: Tree | undefined, allowed: Tree | undefined): readonly Lack[] {
  const wanted: readonly (readonly [string, Access])[] =
    textOf(asked) === 'write-all'
      ? [['id-token', 'write']]
      : isMap(asked)
        ? entriesOf(asked).map(([scope, value]) => [scope, accessOf(textOf(value))])
        : []
  const sorted = wanted.toSorted(([a], [b]) => (a < b ? -1 : 1))
  return sorted.flatMap(([scope, access]) => {
    const has = accessIn(allowed, scope)
    return has === undefined || RANK[access] <= RANK[has]
      ? []
      : [{ scope, asked: access, allowed: has }]
  })
}

/** Undefined where the settings of the repository decide, which never give ID tokens. */
function accessIn(permissions: Tree | undefined, scope: string): Access | undefined {
  if (permissions === undefined) return scope === 'id-token' ? 'none' : undefined
  const all = textOf(permissions)
  if (all === 'write-all') return 'write'
  if (all === 'read-all') return scope === 'id-token' ? 'none' : 'read'
  return accessOf(textOf(child(permissions, scope)))
}
