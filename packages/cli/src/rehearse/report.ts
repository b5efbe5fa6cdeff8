import { isAbsolute, relative } from 'node:path'
import { findProvider } from '@trustpub/identity'
import { table } from '../ui/table.ts'
import type { Ui } from '../ui/ui.ts'
import type { JobResult, PackageResult, RefusalResult, Rehearsal, StepResult } from './results.ts'

type Colour = Ui['colour']

/** The report as people read it: what happened job by job, then the reasons of whatever failed. */
export function reportLines(rehearsal: Rehearsal, colour: Colour): string[] {
  return [
    heading(rehearsal, colour),
    '',
    ...jobTable(rehearsal, colour),
    ...rehearsal.jobs.flatMap((job) => jobDetails(job, colour)),
    ...(rehearsal.unknowns.length === 0 ? [] : ['', colour.bold('Not played, or not known')]),
    ...rehearsal.unknowns.map((sentence) => `  ${sentence}`),
    '',
    verdict(rehearsal, colour),
  ]
}

function heading({ directory, provider, repository, jobs }: Rehearsal, colour: Colour): string {
  const run = jobs.find((job) => job.ref !== undefined)
  const where = relative(process.cwd(), directory)
  const shown = where === '' ? '.' : where.startsWith('..') || isAbsolute(where) ? directory : where
  const how = run === undefined ? '' : `, ${run.event} of ${run.ref}`
  return `${colour.bold(`Rehearsal of ${shown}`)}: ${repository} on ${findProvider(provider).label}${how}`
}

function jobTable({ jobs }: Rehearsal, colour: Colour): string[] {
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
  const rows = jobs.flatMap((job) => job.steps.flatMap((step) => stepRows(job, step, colour)))
  return rows.length === 0 ? [] : table([header.map((cell) => colour.dim(cell)), ...rows])
}

function stepRows(job: JobResult, step: StepResult, colour: Colour): string[][] {
  const mark = (done: boolean | undefined) =>
    done === undefined ? colour.dim('–') : done ? colour.green('✓') : colour.red('✗')
  const rows = step.packages.map((pkg: PackageResult) => [
    `  ${mark(step.missing === undefined ? pkg.published && pkg.installed === true && pkg.imported !== false : undefined)}`,
    job.job,
    step.client,
    [pkg.package.replace(/^\w+:/, ''), pkg.version].filter(Boolean).join(' '),
    ...(step.missing === undefined
      ? [job.idToken.granted, pkg.exchanged, pkg.published, pkg.installed, pkg.imported].map(mark)
      : []),
  ])
  return rows.length > 0
    ? rows
    : [[`  ${mark(false)}`, job.job, step.client, colour.dim('no package found')]]
}

function jobDetails(job: JobResult, colour: Colour): string[] {
  if (job.notStarted !== undefined)
    return [`  ${colour.dim('–')}  ${colour.bold(job.job)}  ${job.notStarted}`]
  return job.steps.flatMap((step) => {
    const failed = step.refusals.length > 0 || step.output !== undefined
    const lines = [
      ...(step.missing === undefined ? [] : [`  ${colour.yellow(step.missing)}`]),
      ...(failed && !job.idToken.granted ? [`  ${job.idToken.reason}`] : []),
      ...step.refusals.flatMap((refusal) => refusalLines(refusal, colour)),
      ...outputLines(step, colour),
      ...step.notes.map((note) => `  ${colour.dim(note)}`),
    ]
    return lines.length === 0 ? [] : ['', colour.bold(`${job.job}: ${step.step}`), ...lines]
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
    colour.dim('  What the client printed:'),
    ...output.split('\n').map((line) => `  ${colour.dim('│')} ${line}`),
  ]
}

function verdict({ ok, jobs }: Rehearsal, colour: Colour): string {
  const steps = jobs.flatMap((job) => job.steps)
  const count = steps.flatMap((step) => step.packages).length
  if (ok) {
    const packages = count === 1 ? 'The package was' : `All ${count} packages were`
    return colour.green(`${packages} published without a stored token, installed and imported.`)
  }
  if (steps.length === 0) return colour.red('No job was started, so nothing was published.')
  const missing = steps.every(
    (step) => step.missing !== undefined || step.packages.every((pkg) => pkg.published),
  )
  return missing
    ? colour.yellow(
        'What could be played went well; the rest needs what is missing on this machine.',
      )
    : colour.red('This release would fail.')
}
