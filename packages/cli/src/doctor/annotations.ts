import { createHash } from 'node:crypto'
import type { Finding } from '@trustpub/pipeline'
import type { Json } from '../verify/json.ts'
import type { Diagnosis } from './examine.ts'
import { countsOf } from './report.ts'

/** Annotations of GitHub Actions (docs, "Workflow commands"). */
export function githubCommands({ findings }: Diagnosis): readonly string[] {
  return findings.map(({ check, severity, place, message, fix }) => {
    const level = severity === 'note' ? 'notice' : severity
    const properties = [
      `file=${property(place.file)}`,
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

/** A table for the summary of a job. */
export function markdownSummary(diagnosis: Diagnosis): string {
  const { errors, warnings, notes } = countsOf(diagnosis)
  const rows = diagnosis.findings.map(({ severity, check, place, message, fix }) => {
    const where = `\`${place.file}:${place.line}\``
    return `| ${severity} | ${where} | ${cell(message)} | ${cell(fix)} | \`${check}\` |`
  })
  const head = ['| | where | what will happen | fix | check |', '| --- | --- | --- | --- | --- |']
  return [
    `### trustpub doctor: ${errors} errors, ${warnings} warnings, ${notes} notes`,
    '',
    ...(rows.length === 0 ? ['Nothing was found.'] : [...head, ...rows]),
    '',
  ].join('\n')
}

/** Nothing in a file may become markup of the summary. */
function cell(text: string): string {
  return text.replace(/[|<>\\]/g, (found) => `\\${found}`).replace(/\s*\n\s*/g, ' ')
}

/** A report of GitLab's code quality (docs, "Code Quality report format"). */
export function codeQuality({ findings }: Diagnosis): readonly Json[] {
  const SEVERITY = { error: 'critical', warning: 'minor', note: 'info' } as const
  return findings.map((finding) => ({
    description: `${finding.message} ${finding.fix}`,
    check_name: finding.check,
    fingerprint: fingerprint(finding),
    severity: SEVERITY[finding.severity],
    location: { path: finding.place.file, lines: { begin: finding.place.line } },
  }))
}

function fingerprint({ check, place, message }: Finding): string {
  return createHash('sha256').update(`${check}\0${place.file}\0${message}`).digest('hex')
}
