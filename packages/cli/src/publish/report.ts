import type { FileReport, Outcome, Problem, Report } from '@trustpub/publisher'
import { table } from '../ui/table.ts'
import type { Ui } from '../ui/ui.ts'

type Colour = Ui['colour']

/** What people are told beside the outcome. */
const WORDS: Readonly<Record<Outcome, string>> = {
  published: 'published',
  'not seen': 'published, not shown by the registry (yet)',
  staged: 'staged, waits for approval',
  'already there': 'already there, same contents',
  'would be published': 'would be published',
  refused: 'refused',
  'held back': 'held back',
}

/** The report as people read it: one line a file, then the reasons of whatever was refused. */
export function reportLines(report: Report, colour: Colour): string[] {
  const { files, ok, dryRun } = report
  return [
    ...table(files.map((file) => row(file, colour))),
    ...files.flatMap(({ problem }) => (problem === undefined ? [] : problemLines(problem, colour))),
    '',
    ok ? colour.green(verdict(files, dryRun)) : colour.red(failure(files)),
  ]
}

function row(file: FileReport, colour: Colour): string[] {
  const { ecosystem, name, version, outcome, registry, details, signed } = file
  const mark =
    outcome === 'refused'
      ? colour.red('✗')
      : outcome === 'held back'
        ? colour.dim('–')
        : colour.green('✓')
  const title = ecosystem === 'npm' ? `${name}@${version}` : file.file
  const more = [details, signed ? 'signed' : ''].filter((part) => part !== '').join(', ')
  return [`  ${mark}`, title, new URL(registry).host, WORDS[outcome], colour.dim(more)]
}

/** The reason, the likeliest cause, and what the ID token says. */
export function problemLines({ message, cause, claims }: Problem, colour: Colour): string[] {
  const rows = Object.entries(claims ?? {}).map(([claim, value]) => [
    `    ${claim}`,
    value === '' ? colour.dim('absent') : value,
  ])
  return [
    '',
    `  ${message}`,
    ...(cause === undefined ? [] : [`  ${cause}`]),
    ...(rows.length === 0 ? [] : ['  The ID token says:', ...table(rows)]),
  ]
}

function verdict(files: readonly FileReport[], dryRun: boolean): string {
  if (dryRun) return 'Everything is in order; nothing was uploaded, because this was a dry run.'
  const there = files.filter(({ outcome }) => outcome === 'already there').length
  if (there === files.length) return 'Everything was there already.'
  return 'The release is out.'
}

function failure(files: readonly FileReport[]): string {
  const out = files.filter(({ outcome }) => ['published', 'not seen', 'staged'].includes(outcome))
  if (out.length === 0) return 'Nothing was uploaded.'
  return `${out.length} of ${files.length} files were uploaded. Once the reason is gone, the same command uploads the rest.`
}
