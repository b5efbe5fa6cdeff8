import type { Finding } from '@trustpub/pipeline'
import { printable } from '../ui/printable.ts'
import type { Ui } from '../ui/ui.ts'
import type { Diagnosis } from './examine.ts'
import { rootAbove } from './workspace.ts'

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
  const { findings, unknowns, source } = diagnosis
  return [
    ...findings.flatMap((finding) => [...findingLines(finding, source, colour), '']),
    ...unknownLines(unknowns, colour),
    ...summaryLines(diagnosis, shown, colour),
  ]
}

function findingLines(
  finding: Finding,
  source: Diagnosis['source'],
  colour: Colour,
): readonly string[] {
  const { check, severity, place } = finding
  const paint = { error: colour.red, warning: colour.yellow, note: colour.cyan }[severity]
  const where = line(`${place.file}:${place.line}:${place.column}`)
  return [
    `${paint(colour.bold(severity))} ${colour.bold(where)} ${colour.dim(`[${check}]`)}`,
    ...frame(place, source, colour),
    `  ${line(finding.message)}`,
    `  ${colour.green('fix')} ${line(finding.fix)}`,
  ]
}

/** Minified files have lines that fill a screen. */
const MAX_WIDTH = 160

/** The line of the file, with its number. */
function frame(
  { file, line: at }: Finding['place'],
  source: Diagnosis['source'],
  colour: Colour,
): readonly string[] {
  const text = source(file)?.text.split('\n')[at - 1]?.trimEnd()
  if (text === undefined || text.trim() === '') return []
  const shown = text.length > MAX_WIDTH ? `${text.slice(0, MAX_WIDTH)}…` : text
  return [colour.dim(`  ${String(at).padStart(4)} │ ${line(shown.replaceAll('\t', '  '))}`)]
}

/** What is in a repository steers neither the terminal nor the CI. */
function line(text: string): string {
  return printable(text.replace(/\s*\n\s*/g, ' '))
}

/** More are rather a reason to stop reading. */
const MAX_UNKNOWNS = 12

function unknownLines(unknowns: Diagnosis['unknowns'], colour: Colour): readonly string[] {
  if (unknowns.length === 0) return []
  const lines = unknowns.slice(0, MAX_UNKNOWNS).map(({ place, sentence }) => {
    const where = place === undefined ? '' : colour.dim(line(` ${place.file}:${place.line}`))
    return `  • ${line(sentence)}${where}`
  })
  const more = unknowns.length - lines.length
  const rest = more > 0 ? [`  • and ${more} more, which --json lists`] : []
  return [colour.bold('Not known'), ...lines, ...rest, '']
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
  { directory, hasCi, publishes }: Diagnosis,
  errors: number,
  shown: string,
  colour: Colour,
): string {
  if (errors > 0) return `${colour.red('✗')} The release of ${shown} will fail.`
  if (!hasCi) {
    const root = rootAbove(directory)
    const hint = root === undefined ? '' : ` The repository begins at ${root}: examine that.`
    return `There is neither .github/workflows nor .gitlab-ci.yml in ${shown}, so there is nothing to examine.${hint}`
  }
  if (!publishes) return `No job in ${shown} publishes to npm or PyPI, as far as the files tell.`
  return `${colour.green('✓')} Nothing in ${shown} is certain to fail on release day.`
}

/** "1 error", "2 errors" */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
