import { basename, isAbsolute, relative } from 'node:path'
import { findProvider } from '@trustpub/identity'
import { table } from '../ui/table.ts'
import type { Ui } from '../ui/ui.ts'
import { proofTable } from './report-proofs.ts'
import {
  isComplete,
  isFine,
  type JobResult,
  type PackageResult,
  type RefusalResult,
  type Rehearsal,
  type StepResult,
} from './results.ts'

type Colour = Ui['colour']

/** The report as people read it: what happened job by job, then the reasons of whatever failed. */
export function reportLines(rehearsal: Rehearsal, colour: Colour): string[] {
  return [
    heading(rehearsal, colour),
    '',
    ...jobTable(rehearsal, colour),
    ...proofTable(rehearsal, colour),
    ...rehearsal.jobs.flatMap((job) => jobDetails(job, labelOf(job, rehearsal), colour)),
    ...(rehearsal.unknowns.length === 0 ? [] : ['', colour.bold('Not played, or not known')]),
    ...rehearsal.unknowns.map((sentence) => `  ${sentence}`),
    '',
    verdict(rehearsal, colour),
  ]
}

function heading({ directory, provider, repository, jobs }: Rehearsal, colour: Colour): string {
  const runs = jobs.flatMap(({ event, ref }) => (ref === undefined ? [] : [`${event} of ${ref}`]))
  const where = relative(process.cwd(), directory)
  const shown = where === '' ? '.' : where.startsWith('..') || isAbsolute(where) ? directory : where
  const how = [...new Set(runs)].map((run) => `, ${run}`).join('')
  return `${colour.bold(`Rehearsal of ${shown}`)}: ${repository} on ${findProvider(provider).label}${how}`
}

/** A job by its key; with its file where another one of the same key publishes from another file. */
function labelOf({ job, entry }: JobResult, { jobs }: Rehearsal): string {
  const isOne = jobs.every((other) => other.job !== job || other.entry === entry)
  return isOne ? job : `${basename(entry)}/${job}`
}

function jobTable(rehearsal: Rehearsal, colour: Colour): string[] {
  const header = [
    '',
    'job',
    'client',
    'package',
    'ID token',
    'exchange',
    'upload',
    'install',
    'import',
  ]
  const rows = rehearsal.jobs.flatMap((job) =>
    job.steps.flatMap((step) => stepRows(job, labelOf(job, rehearsal), step, colour)),
  )
  return rows.length === 0 ? [] : table([header.map((cell) => colour.dim(cell)), ...rows])
}

function stepRows(job: JobResult, label: string, step: StepResult, colour: Colour): string[][] {
  const mark = (done: boolean | undefined) =>
    done === undefined ? colour.dim('–') : done ? colour.green('✓') : colour.red('✗')
  const rows = step.packages.map((pkg: PackageResult) => [
    `  ${mark(step.missing === undefined ? isComplete({ ...step, packages: [pkg] }) : undefined)}`,
    label,
    step.client,
    [pkg.package.replace(/^\w+:/, ''), pkg.version].filter(Boolean).join(' '),
    ...(step.missing === undefined
      ? [job.idToken.granted, pkg.exchanged, pkg.published, pkg.installed, pkg.imported].map(mark)
      : []),
  ])
  if (rows.length > 0) return rows
  const passedOver = step.passedOver !== undefined
  return [
    [
      `  ${mark(passedOver ? undefined : false)}`,
      label,
      step.client,
      colour.dim(passedOver ? 'not played' : 'no package found'),
    ],
  ]
}

function jobDetails(job: JobResult, label: string, colour: Colour): string[] {
  if (job.notStarted !== undefined)
    return [`  ${colour.dim('–')}  ${colour.bold(label)}  ${job.notStarted}`]
  return job.steps.flatMap((step) => {
    const failed = step.refusals.length > 0 || step.output !== undefined
    const lines = [
      ...(step.missing === undefined ? [] : [`  ${colour.yellow(step.missing)}`]),
      ...(step.passedOver === undefined ? [] : [`  ${step.passedOver}`]),
      ...(failed && !job.idToken.granted ? [`  ${job.idToken.reason}`] : []),
      ...step.refusals.flatMap((refusal) => refusalLines(refusal, colour)),
      ...outputLines(step, colour),
      ...step.notes.map((note) => `  ${colour.dim(note)}`),
    ]
    return lines.length === 0 ? [] : ['', colour.bold(`${label}: ${step.step}`), ...lines]
  })
}

/** Expected and actual side by side: the quickest way to see what differs. */
function refusalLines({ reason, code, checks }: RefusalResult, colour: Colour): string[] {
  const rows = checks.map((check) => [
    `    ${check.ok ? colour.green('✓') : colour.red('✗')}`,
    check.claim,
    check.expected || colour.dim('(not shown)'),
    check.actual || colour.dim('(absent)'),
  ])
  const header = ['', 'claim', 'publisher expects', 'token says'].map((cell) => colour.dim(cell))
  const compared = checks.length === 0 ? [] : ['', ...table([header, ...rows]), '']
  return [`  ${colour.red(reason)} ${colour.dim(`[${code}]`)}`, ...compared]
}

function outputLines({ output }: StepResult, colour: Colour): string[] {
  if (output === undefined) return []
  return [
    colour.dim('  What was printed:'),
    ...output.split('\n').map((line) => `  ${colour.dim('│')} ${line}`),
  ]
}

function verdict({ ok, jobs }: Rehearsal, colour: Colour): string {
  const steps = jobs.flatMap((job) => job.steps)
  const packages = steps.flatMap((step) => step.packages)
  if (ok) {
    const all = packages.length === 1 ? 'The package was' : `All ${packages.length} packages were`
    const imported = packages.every((pkg) => pkg.imported === undefined) ? '' : ' and imported'
    const rest = imported === '' ? ' and installed' : `, installed${imported}`
    return colour.green(`${all} published without a stored token${rest}.`)
  }
  const failed = steps.filter((step) => !isFine(step))
  if (steps.length === 0) return colour.red('No job was started, so nothing was published.')
  if (failed.length === 0) return colour.yellow('There was nothing to play.')
  if (failed.every((step) => step.missing !== undefined)) {
    return colour.yellow(
      'What could be played went well; the rest needs what is missing on this machine.',
    )
  }
  if (failed.every((step) => step.clientFailed === undefined && isPublished(step))) {
    return colour.red('This release would go through, but what it publishes does not work.')
  }
  return colour.red('This release would fail.')
}

function isPublished({ packages }: StepResult): boolean {
  return packages.length > 0 && packages.every((pkg) => pkg.published)
}
