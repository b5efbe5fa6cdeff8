import { type Edit, lineBreak, lineEnd, lineStart, type SourceFile } from '../../edits/edit.ts'
import { isEmptiedBy, removeItem, removeKeys } from '../../edits/yaml-edits.ts'
import type { PublishJob, PublishStep } from '../../model.ts'
import type { Release } from '../../release.ts'
import { child, entriesOf, isMap, itemsOf, type Tree, textOf } from '../../yaml/tree.ts'
import { usesFor } from '../action-pins.ts'
import type { Outcome, Rewrite } from '../migration.ts'
import { type Handover, handoverOf } from './handover.ts'
import { publishingJobs } from './jobs.ts'

/** Keys of a job that would have to be in both halves, or that nobody can divide for its owner. */
const INDIVISIBLE = ['strategy', 'container', 'services', 'outputs', 'uses', 'defaults']

/** One job that builds and one that publishes: nothing of the project runs where ID tokens can be had. */
export const splitJobs: Rewrite = {
  id: 'split-jobs',
  title:
    'Splits a publishing job in two: one builds, the other publishes what it is handed and runs nothing else.',
  *rewrite(release) {
    for (const job of publishingJobs(release)) {
      if (runsTheProject(job)) yield* split(job, release)
    }
  },
}

/** A job without a checkout has nothing of the project to run. */
function runsTheProject({ steps }: PublishJob): boolean {
  return steps.some(({ action }) => action?.name === 'actions/checkout')
}

function* split(job: PublishJob, release: Release): Iterable<Outcome> {
  const source = release.source(job.file)
  const plan = source && planOf(job, source, release)
  if (plan === undefined || source === undefined) return
  if (typeof plan === 'string') {
    yield {
      place: job.place,
      sentence: `Job "${job.id}" still builds where it publishes: ${plan}.`,
    }
    return
  }
  yield {
    place: job.place,
    sentence: `Job "${plan.build}" builds, and job "${plan.publish}" publishes the files that it is handed: nothing of the project runs where ID tokens can be had.`,
    edits: plan.edits,
  }
}

interface Plan {
  readonly build: string
  readonly publish: string
  readonly edits: readonly Edit[]
}

/** The edits, or why there are none. */
function planOf(job: PublishJob, source: SourceFile, release: Release): Plan | string {
  const tree = job.source.written
  const [step, second] = job.publishes
  const list = child(tree, 'steps')
  const indivisible = INDIVISIBLE.find((key) => child(tree, key) !== undefined)
  if (indivisible !== undefined) return `its \`${indivisible}:\` cannot be divided by a program`
  if (step === undefined || second !== undefined) return 'it publishes several times'
  if (list === undefined || itemsOf(list).at(-1) !== step.within) {
    return 'steps follow the publish, or it is not a step of its own'
  }
  const handover = handoverOf(step, release)
  if (typeof handover === 'string') return handover
  return assembled(job, step, handover, source, release)
}

function assembled(
  job: PublishJob,
  step: PublishStep,
  handover: Handover,
  source: SourceFile,
  release: Release,
): Plan | string {
  const tree = job.source.written
  const publish = job.id.split('/').at(-1) ?? job.id
  const build = `build-${publish}`
  const artifact = artifactOf(job, publish, release)
  const layout = layoutOf(source, tree, step.within)
  const jobs = entriesOf(child(job.source.workflow, 'jobs')).map(([id]) => id)
  const key = tree.span?.key
  const moved = movedKeys(source, tree)
  if (jobs.includes(build)) return `there is a job "${build}" already`
  if (layout === undefined || key === undefined || moved === undefined) {
    return 'it is written in a way that is not edited here'
  }
  const { text, file } = source
  const written = step.within.span
  if (written === undefined) return 'it is written in a way that is not edited here'
  const start = lineStart(text, written.start)
  const end = lineEnd(text, lastLetter(text, written.start, written.end))
  const workflow = job.source.workflow
  const own = text.slice(start, end)
  const eol = lineBreak(text)
  const steps = handover
    .build(workflow)
    .map((line) => layout.step + line + eol)
    .join('')
  const second = [
    '',
    `${layout.job}${publish}:`,
    `${layout.key}needs: ${build}`,
    ...(asksForState(tree) ? [`${layout.key}if: ${ifSucceeded(build)}`] : []),
    `${layout.key}runs-on: ubuntu-latest`,
    ...environmentLines(source, tree, layout.key),
    `${layout.key}permissions:`,
    `${layout.key}  id-token: write`,
    `${layout.key}steps:`,
    `${layout.step}- uses: ${usesFor('actions/download-artifact', 'v8', workflow)}`,
    `${layout.step}  with:`,
    `${layout.step}    name: ${artifact}`,
    ...(handover.path === '.' ? [] : [`${layout.step}    path: ${handover.path}`]),
    ...handover.publish(workflow).map((line) => layout.step + line),
  ]
  const publishing = second.join(eol) + eol + (handover.keepsStep ? own : '')
  const upload = uploadLines(handover, artifact, workflow)
    .map((line) => layout.step + line + eol)
    .join('')
  return {
    build,
    publish,
    edits: [
      { file, start: key, end: key + publish.length, text: build },
      ...(handover.keepsStep ? [] : installsOfNpm(source, tree)),
      ...moved,
      { file, start, end, text: steps + upload + publishing },
    ],
  }
}

/** Whether a job runs although others before it were skipped. What waits for it would be skipped for theirs. */
function asksForState(job: Tree): boolean {
  return /\b(?:always|cancelled|failure)\(\s*\)/.test(textOf(child(job, 'if')) ?? '')
}

function ifSucceeded(build: string): string {
  return `\${{ !cancelled() && needs.${build}.result == 'success' }}`
}

/** Steps that brought an npm for the publish alone; what packs needs none of its own. */
function installsOfNpm(source: SourceFile, job: Tree): readonly Edit[] {
  const list = child(job, 'steps')
  if (list === undefined) return []
  return itemsOf(list)
    .filter((step) =>
      /^npm (?:install|i) (?:-g|--global) npm@\S+$/.test(textOf(child(step, 'run'))?.trim() ?? ''),
    )
    .flatMap((step) => removeItem(source, list, step) ?? [])
}

/** What the artifact is called between the two jobs: a run has one of each name. */
function artifactOf(job: PublishJob, publish: string, release: Release): string {
  const alone = publishingJobs(release).every(
    (one) => one.entry !== job.entry || one.source.job === job.source.job,
  )
  return alone ? 'release-files' : `release-files-${publish}`
}

function uploadLines({ files }: Handover, artifact: string, workflow: Tree): readonly string[] {
  return [
    `- uses: ${usesFor('actions/upload-artifact', 'v7', workflow)}`,
    '  with:',
    `    name: ${artifact}`,
    `    path: ${files}`,
    '    if-no-files-found: error',
  ]
}

/** What only the publishing half has: the environment, and leave to ask for ID tokens. */
function movedKeys(source: SourceFile, tree: Tree): readonly Edit[] | undefined {
  const environment =
    child(tree, 'environment') === undefined ? [] : removeKeys(source, tree, ['environment'])
  const permissions = child(tree, 'permissions')
  if (permissions === undefined) return environment
  if (!isMap(permissions)) return undefined
  const edits = isEmptiedBy(permissions, ['id-token'])
    ? removeKeys(source, tree, ['permissions'])
    : removeKeys(source, permissions, ['id-token'])
  return environment && edits && [...environment, ...edits]
}

function environmentLines({ text }: SourceFile, tree: Tree, indent: string): readonly string[] {
  const environment = child(tree, 'environment')
  const { key, end } = environment?.span ?? {}
  if (key === undefined || end === undefined) return []
  const [first = '', ...rest] = text.slice(key, end).trimEnd().split(/\r?\n/)
  return [indent + first, ...rest]
}

interface Layout {
  /** The indentation of job keys, of the keys in a job, and of the dashes of steps. */
  readonly job: string
  readonly key: string
  readonly step: string
}

function layoutOf({ text }: SourceFile, job: Tree, step: Tree): Layout | undefined {
  const key = job.span?.key
  const first = entriesOf(job)[0]?.[1].span?.key
  const at = step.span?.start
  if (key === undefined || first === undefined || at === undefined) return undefined
  const before = (offset: number): string => text.slice(lineStart(text, offset), offset)
  const dash = /^([ \t]*)- +$/.exec(before(at))?.[1]
  const [ofJob, ofKey] = [before(key), before(first)]
  if (dash === undefined || ofJob.trim() !== '' || ofKey.trim() !== '') return undefined
  return { job: ofJob, key: ofKey, step: dash }
}

function lastLetter(text: string, start: number, end: number): number {
  let last = end
  while (last > start + 1 && /\s/.test(text[last - 1] ?? '')) last--
  return last - 1
}
