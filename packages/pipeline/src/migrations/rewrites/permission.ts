import { insertKeys, replaceText } from '../../edits/yaml-edits.ts'
import { written } from '../../github/permissions.ts'
import type { Job } from '../../job.ts'
import type { Release, TrustedUpload } from '../../release.ts'
import { child, entriesOf, isMap, type Tree, textOf } from '../../yaml/tree.ts'
import { isChange, type Outcome, type Rewrite } from '../migration.ts'
import { capableUploads } from './ready.ts'
import { scopesDeclaredBy, scopesReliedOn } from './scopes.ts'

/** `id-token: write` for every job that publishes, and what the job relied on restated where a block would take it away. */
export const permission: Rewrite = {
  id: 'permission',
  title:
    'Gives publishing jobs leave to ask for ID tokens, and keeps what they were allowed before.',
  *rewrite(release) {
    if (release.pipeline.provider !== 'github') return
    for (const upload of capableUploads(release)) {
      if (upload.credentials !== 'unknown' && !upload.job.idToken.granted)
        yield* granted(upload, release)
    }
  },
}

/**
 * Changes that take a token away, after the leave to do without: between the two the job would have neither, and be
 * taken for one that has its token from elsewhere.
 */
export function* withLeave(
  upload: TrustedUpload,
  release: Release,
  outcomes: Iterable<Outcome>,
): Iterable<Outcome> {
  const isGranted = release.pipeline.provider !== 'github' || upload.job.idToken.granted
  for (const outcome of outcomes) {
    const leave = isGranted || !isChange(outcome) ? [] : [...granted(upload, release)]
    if (leave.length > 0) yield* leave
    else yield outcome
  }
}

/** The first level, from the entry on, that keeps ID tokens from the job; the next round finds the next. */
function* granted({ job }: TrustedUpload, release: Release): Iterable<Outcome> {
  const { source } = job
  const levels = [
    ...source.callers.map((caller) => ({ ...caller, isOwn: false })),
    { file: job.file, id: job.id, workflow: source.workflow, job: source.job, isOwn: true },
  ]
  const level = levels.find((one, at) => !grants(one.job, one.workflow, at > 0))
  if (level === undefined) return
  const text = release.source(level.file)
  if (text === undefined) return
  const called = jobsCalledBy(level.job, release)
  const needed = level.isOwn
    ? scopesReliedOn([job])
    : new Map([...scopesReliedOn(called), ...scopesDeclaredBy(called)])
  const block = written(level.job) ?? written(level.workflow)
  const ofJob = written(level.job) !== undefined
  const single = jobCount(level.workflow) === 1
  const lines = (base: Tree | undefined) => blockLines(base, needed)
  const edit =
    block !== undefined && (ofJob || single)
      ? addTo(text, block)
      : insertKeys(text, level.job, lines(block), {
          before: nextKey(level.job),
        })
  if (edit === undefined) {
    yield {
      place: level.job.place,
      sentence: `Job "${level.id}" needs \`id-token: write\` among its permissions; it is written in a way that is not edited here. Add it by hand.`,
    }
    return
  }
  const restated = ofJob || block === undefined ? '' : ', beside what the workflow grants'
  yield {
    place: level.job.place,
    sentence: `Job "${level.id}" may ask for ID tokens (\`id-token: write\`)${restated}.`,
    edits: [edit],
  }
}

/** The jobs that a calling job stands for. */
function jobsCalledBy(calling: Tree, { pipeline }: Release): readonly Job[] {
  return [...pipeline.jobs, ...pipeline.otherJobs].filter((one) =>
    one.source.callers.some((other) => other.job === calling),
  )
}

/** A called job without permissions of its own has those of its caller. */
function grants(job: Tree, workflow: Tree, isCalled: boolean): boolean {
  const block = written(job) ?? written(workflow)
  if (block === undefined) return isCalled
  return textOf(block) === 'write-all' || textOf(child(block, 'id-token')) === 'write'
}

function jobCount(workflow: Tree): number {
  return entriesOf(child(workflow, 'jobs')).length
}

/** The key above which `permissions:` is put: they are read together with where the job runs. */
function nextKey(job: Tree): string {
  const keys = entriesOf(job).map(([key]) => key)
  return (
    ['steps', 'uses', 'strategy', 'env', 'with'].find((key) => keys.includes(key)) ??
    keys.at(-1) ??
    ''
  )
}

function addTo(
  source: { readonly file: string; readonly text: string },
  permissions: Tree,
): ReturnType<typeof insertKeys> {
  const set = child(permissions, 'id-token')
  if (set !== undefined) return replaceText(source, set, 'write')
  if (isMap(permissions)) return insertKeys(source, permissions, ['id-token: write'])
  return undefined
}

/** The lines of a block: what is granted around and what the job relies on, then the ID token. */
function blockLines(
  around: Tree | undefined,
  needed: ReadonlyMap<string, 'read' | 'write'>,
): readonly string[] {
  const kept = isMap(around)
    ? new Map(entriesOf(around).map(([scope, level]) => [scope, textOf(level) ?? 'none']))
    : new Map<string, string>(needed)
  kept.delete('id-token')
  if (kept.size === 0) kept.set('contents', 'read')
  return [
    'permissions:',
    ...[...kept].map(([scope, level]) => `  ${scope}: ${level}`),
    '  id-token: write',
  ]
}
