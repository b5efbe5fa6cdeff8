import type { Finding, Release } from '@trustpub/pipeline'
import type { Ui } from '../ui/ui.ts'
import type { Diagnosis } from './examine.ts'

type Colour = Ui['colour']

/** How many findings there are of each kind. */
export interface Counts {
  readonly errors: number
  readonly warnings: number
  readonly notes: number
  readonly ignored: number
  /** Those that `--fix` mends. */
  readonly fixable: number
}

export function countsOf({ findings, ignored }: Diagnosis): Counts {
  const of = (severity: Finding['severity']): number =>
    findings.filter((finding) => finding.severity === severity).length
  return {
    errors: of('error'),
    warnings: of('warning'),
    notes: of('note'),
    ignored: ignored.length,
    fixable: findings.filter(({ edits }) => edits !== undefined).length,
  }
}

/** The report for people: errors first, each with the line that it is about. */
export function reportLines(
  diagnosis: Diagnosis,
  shown: string,
  colour: Colour,
): readonly string[] {
  const { findings, unknowns, releases } = diagnosis
  return [
    ...findings.flatMap((finding) => [...findingLines(finding, releases, colour), '']),
    ...unknownLines(unknowns, colour),
    ...summaryLines(diagnosis, shown, colour),
  ]
}

function findingLines(
  { check, severity, place, message, fix }: Finding,
  releases: readonly Release[],
  colour: Colour,
): readonly string[] {
  const paint = { error: colour.red, warning: colour.yellow, note: colour.cyan }[severity]
  const where = `${place.file}:${place.line}:${place.column}`
  return [
    `${paint(colour.bold(severity))} ${colour.bold(where)} ${colour.dim(`[${check}]`)}`,
    ...frame(place, releases, colour),
    `  ${message}`,
    `  ${colour.green('fix')} ${fix}`,
  ]
}

/** The line of the file, with its number. */
function frame(
  { file, line }: Finding['place'],
  releases: readonly Release[],
  colour: Colour,
): readonly string[] {
  const text = releases[0]?.source(file)?.text.split('\n')[line - 1]?.trimEnd()
  if (text === undefined || text.trim() === '') return []
  return [colour.dim(`  ${String(line).padStart(4)} │ ${text}`)]
}

function unknownLines(unknowns: Diagnosis['unknowns'], colour: Colour): readonly string[] {
  if (unknowns.length === 0) return []
  const lines = unknowns.map(({ place, sentence }) => {
    const where = place === undefined ? '' : colour.dim(` ${place.file}:${place.line}`)
    return `  • ${sentence}${where}`
  })
  return [colour.bold('Not known'), ...lines, '']
}

function summaryLines(diagnosis: Diagnosis, shown: string, colour: Colour): readonly string[] {
  const { errors, warnings, notes, ignored, fixable } = countsOf(diagnosis)
  const parts = [
    errors > 0 ? colour.red(counted(errors, 'error')) : undefined,
    warnings > 0 ? colour.yellow(counted(warnings, 'warning')) : undefined,
    notes > 0 ? colour.cyan(counted(notes, 'note')) : undefined,
    ignored > 0 ? `${ignored} ignored` : undefined,
  ].filter((part) => part !== undefined)
  const found = parts.length === 0 ? '' : ` ${parts.join(', ')}.`
  return [
    `${verdict(diagnosis, errors, shown, colour)}${found}`,
    ...(fixable === 0
      ? []
      : [`trustpub doctor --fix mends ${fixable === 1 ? 'one of them' : `${fixable} of them`}.`]),
  ]
}

function verdict(
  { publishes, releases, findings }: Diagnosis,
  errors: number,
  shown: string,
  colour: Colour,
): string {
  if (errors > 0) return `${colour.red('✗')} The release of ${shown} will fail.`
  if (releases.length === 0 && findings.length === 0) {
    return `There is neither .github/workflows nor .gitlab-ci.yml in ${shown}, so there is nothing to examine.`
  }
  if (!publishes) return `No job in ${shown} publishes to npm or PyPI, as far as the files tell.`
  return `${colour.green('✓')} Nothing in ${shown} is certain to fail on release day.`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
