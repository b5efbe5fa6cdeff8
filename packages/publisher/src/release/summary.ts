import type { FileReport, Problem, Report } from './report.ts'

/** The report as Markdown, for the page of the run ($GITHUB_STEP_SUMMARY). */
export function summaryOf(report: Report): string {
  const { files, run, dryRun } = report
  const title = dryRun ? 'Rehearsed without uploading' : 'Published'
  const lines = [
    `### trustpub: ${report.ok ? title : 'Nothing more was published'}`,
    '',
    ...(run === undefined
      ? []
      : [`Run of ${cell(run.repository)} at ${cell(run.ref)} (${cell(run.commit)})`, '']),
    '| file | registry | outcome | details | digest |',
    '| --- | --- | --- | --- | --- |',
    ...files.map(row),
  ]
  for (const { name, problem } of files)
    if (problem !== undefined) lines.push(...explained(name, problem))
  return `${lines.join('\n')}\n`
}

function row(file: FileReport): string {
  const { registry, outcome, digest, signed } = file
  const what = file.ecosystem === 'npm' ? `${file.name}@${file.version}` : file.file
  const details = [file.details, signed ? 'signed' : ''].filter((part) => part !== '').join(', ')
  const cells = [what, new URL(registry).host, outcome, details, `${digest.slice(0, 23)}…`]
  return `| ${cells.map(cell).join(' | ')} |`
}

function explained(name: string, { message, claims, cause }: Problem): string[] {
  const table = Object.entries(claims ?? {}).map(
    ([claim, value]) => `| ${cell(claim)} | ${value === '' ? 'absent' : cell(value)} |`,
  )
  return [
    '',
    `**${cell(name)}**: ${cell(message)}`,
    ...(cause === undefined ? [] : ['', cell(cause)]),
    ...(table.length === 0
      ? []
      : ['', '| claim of the ID token | value |', '| --- | --- |', ...table]),
  ]
}

/** Names and answers come from elsewhere, and must stay text. */
function cell(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>#|~@!]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
