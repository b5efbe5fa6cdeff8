import { printable } from '../ui/printable.ts'
import { table } from '../ui/table.ts'
import type { Ui } from '../ui/ui.ts'
import type { Attested, FileFinding, Finding, Problem, Status } from './finding.ts'
import { STATUSES } from './finding.ts'

type Colour = Ui['colour']

/** How many findings have each status. */
export type Counts = Readonly<Record<Status, number>>

export function countsOf(findings: readonly Finding[]): Counts {
  const counts = STATUSES.map((status) => [
    status,
    findings.filter((finding) => finding.status === status).length,
  ])
  return Object.fromEntries(counts) as Counts
}

const WORDS: Readonly<Record<Status, string>> = {
  provenance: 'verified provenance',
  signature: 'signature only',
  nothing: 'nothing',
  failed: 'failed',
  skipped: 'of no registry',
}

/** One package, with all that is known of its files. */
export function detailLines(found: Finding, colour: Colour): string[] {
  const finding = printable(found)
  const { title, status, registry, files, problems } = finding
  const head = `${mark(status, colour)} ${colour.bold(title)}`
  return [
    registry === undefined ? head : `${head}  ${colour.dim(new URL(registry).host)}`,
    ...problems.map((problem) => `  ${problem.message}`),
    ...files.flatMap((file) => fileLines(file, finding, colour)),
  ]
}

function fileLines(file: FileFinding, { files, kind }: Finding, colour: Colour): string[] {
  const { digest, read, signatures, attestations, missing, problems } = file
  const rows = [
    ['digest', `${digest}${read ? '' : ' (of the lock file)'}`],
    ...attestations.slice(0, kind === 'file' ? 1 : 0).map(({ subject }) => ['signed as', subject]),
    ...signatures.map((keyid) => ['signature', `of the registry, key ${keyid}`]),
    ...attestations.flatMap(attestationRows),
    ...missing.map((what) => ['missing', what]),
    ...problems.map(({ message }) => [colour.red('problem'), message]),
  ]
  const head = files.length > 1 ? [`  ${file.file}`] : []
  return [...head, ...table(rows.map(([name = '', text = '']) => [`  ${name}`, text]))]
}

function attestationRows({ predicateType, builder, keyid, time, logIndex }: Attested): string[][] {
  const logged = logIndex === '' ? '' : `, log entry ${logIndex}`
  const head = ['attestation', `${predicateType} (signed ${time}${logged})`]
  if (builder === undefined) return [head, ['  by', `the registry, key ${keyid}`]]
  const rows = [
    ['  repository', builder.repository],
    ['  workflow', builder.workflow],
    ['  ref', builder.ref],
    ['  commit', builder.commit],
    ['  environment', builder.environment ?? ''],
    ['  run', builder.run],
  ]
  return [head, ...rows.filter(([, value]) => value !== '')]
}

/** Many packages: those that failed or have nothing, and a table of the counts. */
export function summaryLines(found: readonly Finding[], colour: Colour): string[] {
  const findings = printable(found)
  const of = (status: Status) => findings.filter((finding) => finding.status === status)
  const counts = countsOf(findings)
  if (findings.length === 0) return ['The lock file names no packages.']
  const rows = STATUSES.filter((status) => counts[status] > 0).map((status) => [
    `  ${mark(status, colour)}`,
    WORDS[status],
    String(counts[status]),
  ])
  return [
    ...of('skipped').map(({ title, problems }) =>
      [mark('skipped', colour), title, problems[0]?.message].join(' '),
    ),
    ...listed('Nothing vouches for', of('nothing')),
    ...of('failed').flatMap(({ title, files, problems }) => [
      `${mark('failed', colour)} ${colour.bold(title)}`,
      ...problemsOf(files, problems).map((message) => `  ${message}`),
    ]),
    ...(rows.length === findings.length ? [] : ['']),
    ...table(rows),
  ]
}

function listed(what: string, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return []
  return [`${what}:`, ...findings.map(({ title }) => `  – ${title}`)]
}

/** Files of one version often fail for the same reason. */
function problemsOf(files: readonly FileFinding[], problems: readonly Problem[]): string[] {
  const all = [...problems, ...files.flatMap((file) => file.problems)]
  return [...new Set(all.map(({ message }) => message))]
}

function mark(status: Status, colour: Colour): string {
  if (status === 'failed') return colour.red('✗')
  return status === 'nothing' || status === 'skipped' ? colour.dim('–') : colour.green('✓')
}
