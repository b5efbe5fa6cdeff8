import type { Json } from '../verify/json.ts'
import type { Diagnosis } from './examine.ts'
import { fingerprints } from './fingerprints.ts'
import { counted, countsOf } from './report.ts'
import type { PathOf } from './workspace.ts'

/** Annotations of GitHub Actions (docs, "Workflow commands"). */
export function githubCommands({ findings }: Diagnosis, pathOf: PathOf): readonly string[] {
  return findings.map(({ check, severity, place, message, fix }) => {
    const level = severity === 'note' ? 'notice' : severity
    const properties = [
      `file=${property(pathOf(place.file))}`,
      `line=${place.line}`,
      `col=${place.column}`,
      `title=${property(`trustpub: ${check}`)}`,
    ]
    return `::${level} ${properties.join(',')}::${data(`${message}\n${fix}`)}`
  })
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** GitHub takes no more than a mebibyte, from all steps of a job. */
const MAX_SUMMARY = 500_000

/** A table for the summary of a job. */
export function markdownSummary(diagnosis: Diagnosis, pathOf: PathOf): string {
  const { errors, warnings, notes } = countsOf(diagnosis)
  const counts = [counted(errors, 'error'), counted(warnings, 'warning'), counted(notes, 'note')]
  const rows: string[] = []
  let size = 0
  for (const { severity, check, place, message, fix } of diagnosis.findings) {
    const where = code(`${pathOf(place.file)}:${place.line}`)
    const row = `| ${severity} | ${where} | ${cell(message)} | ${cell(fix)} | ${code(check)} |`
    size += Buffer.byteLength(row)
    if (size > MAX_SUMMARY) break
    rows.push(row)
  }
  const more = diagnosis.findings.length - rows.length
  const head = ['| | where | what will happen | fix | check |', '| --- | --- | --- | --- | --- |']
  return [
    `### trustpub doctor: ${counts.join(', ')}`,
    '',
    ...(rows.length === 0 ? ['Nothing was found.'] : [...head, ...rows]),
    ...(more === 0 ? [] : ['', `And ${more} more; the log has them all.`]),
    '',
  ].join('\n')
}

/** Nothing in a file may become markup of the summary; what stands in backticks stays code. */
function cell(text: string): string {
  return text
    .replace(/\s*\n\s*/g, ' ')
    .split(/(`[^`]*`)/)
    .map((part, at) => (at % 2 === 1 ? code(part.slice(1, -1)) : plain(part)))
    .join('')
}

function plain(text: string): string {
  return text.replace(/[|<>\\*_~[\]!]/g, (found) => `\\${found}`)
}

/** A bar ends the cell of a table even in code. */
function code(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll('|', '\\|')}\``
}

/** A report of GitLab's code quality (docs, "Code Quality report format"). */
export function codeQuality({ findings }: Diagnosis, pathOf: PathOf): readonly Json[] {
  const SEVERITY = { error: 'critical', warning: 'minor', note: 'info' } as const
  const fingerprint = fingerprints()
  return findings.map((finding) => ({
    description: `${finding.message} ${finding.fix}`,
    check_name: finding.check,
    fingerprint: fingerprint(finding, finding.message),
    severity: SEVERITY[finding.severity],
    location: { path: pathOf(finding.place.file), lines: { begin: finding.place.line } },
  }))
}
