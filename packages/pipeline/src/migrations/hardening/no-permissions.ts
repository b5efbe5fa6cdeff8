import type { Edit, SourceFile } from '../../edits/edit.ts'
import { insertKeys } from '../../edits/yaml-edits.ts'
import type { Job } from '../../job.ts'
import type { Release } from '../../release.ts'
import { child, entriesOf, isMap, type Tree, textOf } from '../../yaml/tree.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { scopesWithinCallers } from '../rewrites/scopes.ts'
import { publishingJobs } from './jobs.ts'

/** No permissions for a workflow as a whole; each job lists its own. */
export const noPermissions: Rewrite = {
  id: 'no-permissions',
  title:
    'Gives workflows that publish no permissions by default (`permissions: {}`), each job what it needs.',
  *rewrite(release) {
    const { pipeline } = release
    const files = new Set(publishingJobs(release).map(({ file }) => file))
    for (const file of files) {
      const jobs = [...pipeline.jobs, ...pipeline.otherJobs].filter((job) => job.file === file)
      yield* moved(file, jobs, release)
    }
  },
}

function* moved(file: string, jobs: readonly Job[], release: Release): Iterable<Outcome> {
  const source = release.source(file)
  const workflow = jobs[0]?.source.workflow
  if (source === undefined || workflow === undefined) return
  const around = child(workflow, 'permissions')
  if (isMap(around) && entriesOf(around).length === 0) return
  const edits = entriesOf(child(workflow, 'jobs'))
    .filter(([, job]) => child(job, 'permissions') === undefined)
    .map(([id, job]) =>
      ownPermissions(
        source,
        job,
        around,
        jobs.filter((one) => one.id.split('/').at(-1) === id),
      ),
    )
  const top = topLevel(source, workflow, around)
  if (top === undefined || edits.some((edit) => edit === undefined)) {
    yield {
      place: workflow.place,
      sentence: `${file} keeps its permissions: they are written in a way that is not edited here.`,
    }
    return
  }
  yield {
    place: around?.place ?? workflow.place,
    sentence: `${file} grants nothing by default; each job lists what it needs.`,
    edits: [top, ...edits.filter((edit) => edit !== undefined)],
  }
}

function ownPermissions(
  source: SourceFile,
  job: Tree,
  around: Tree | undefined,
  read: readonly Job[],
): Edit | undefined {
  const keys = entriesOf(job).map(([key]) => key)
  const before = ['uses', 'strategy', 'env', 'steps'].find((key) => keys.includes(key))
  if (before === undefined) return undefined
  const scopes = isMap(around)
    ? entriesOf(around).map(([scope, access]) => `${scope}: ${textOf(access) ?? 'none'}`)
    : [...scopesWithinCallers(read)].map(([scope, access]) => `${scope}: ${access}`)
  const all = textOf(around)
  const lines =
    all !== undefined || scopes.length === 0
      ? [`permissions: ${all ?? '{}'}`]
      : ['permissions:', ...scopes.map((line) => `  ${line}`)]
  return insertKeys(source, job, lines, { before })
}

function topLevel(source: SourceFile, workflow: Tree, around: Tree | undefined): Edit | undefined {
  if (around === undefined)
    return insertKeys(source, workflow, ['permissions: {}'], { before: 'jobs' })
  const { span } = around
  if (span?.key === undefined) return undefined
  return {
    file: source.file,
    start: span.key,
    end: span.end,
    text: endOf(source, span, 'permissions: {}'),
  }
}

/** Block maps end behind their last line break. */
function endOf(
  { text }: SourceFile,
  { key = 0, end }: { key?: number; end: number },
  written: string,
): string {
  return written + (/(?:\r?\n[ \t]*)+$/.exec(text.slice(key, end))?.[0] ?? '')
}
