import { CHECKS, type Finding } from '@trustpub/pipeline'
import type { Json } from '../verify/json.ts'
import { version } from '../version.ts'
import type { Diagnosis } from './examine.ts'
import { fingerprints } from './fingerprints.ts'
import type { PathOf } from './workspace.ts'

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json'
const DOCUMENTS = 'https://github.com/trustpub/trustpub/blob/main/docs/failures.md'

/**
 * A diagnosis as SARIF 2.1.0 (OASIS), which code scanning of GitHub and others read. What a comment has set aside is left
 * out: GitHub would open an alert for it all the same, whatever `suppressions` say.
 */
export function sarifOf({ findings, source }: Diagnosis, pathOf: PathOf): Json {
  const fingerprint = fingerprints()
  const resultOf = (finding: Finding): Json => {
    const { check, severity, place, message, fix } = finding
    const line = source(place.file)?.text.split('\n')[place.line - 1]?.trim() ?? ''
    const region = { startLine: place.line, startColumn: place.column }
    return {
      ruleId: check,
      level: severity,
      message: { text: `${message} ${fix}` },
      locations: [{ physicalLocation: { artifactLocation: artifact(pathOf(place.file)), region } }],
      partialFingerprints: { 'trustpub/v1': fingerprint(finding, line) },
      ...fixesOf(finding, source, pathOf),
    }
  }
  const driver = {
    name: 'trustpub doctor',
    version: version(),
    informationUri: DOCUMENTS,
    rules: CHECKS.map(({ id, title, severity, failures }) => ({
      id,
      shortDescription: { text: `${title[0]?.toUpperCase()}${title.slice(1)}.` },
      helpUri: DOCUMENTS,
      defaultConfiguration: { level: severity },
      properties: { tags: failures },
    })),
  }
  const run = { tool: { driver }, columnKind: 'utf16CodeUnits', results: findings.map(resultOf) }
  return { $schema: SCHEMA, version: '2.1.0', runs: [run] }
}

function artifact(path: string): Json {
  return { uri: path.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' }
}

function fixesOf({ edits, fix }: Finding, source: Diagnosis['source'], pathOf: PathOf): Json {
  if (edits === undefined) return {}
  const artifactChanges = [...new Set(edits.map(({ file }) => file))].map((file) => {
    const text = source(file)?.text ?? ''
    const replacements = edits
      .filter((edit) => edit.file === file)
      .map((edit) => ({
        deletedRegion: regionOf(text, edit.start, edit.end),
        ...(edit.text !== '' && { insertedContent: { text: edit.text } }),
      }))
    return { artifactLocation: artifact(pathOf(file)), replacements }
  })
  return { fixes: [{ description: { text: fix }, artifactChanges }] }
}

function regionOf(text: string, start: number, end: number): Json {
  const [from, to] = [start, end].map((offset) => {
    const before = text.slice(0, offset).split('\n')
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
  })
  return {
    startLine: from?.line,
    startColumn: from?.column,
    endLine: to?.line,
    endColumn: to?.column,
  }
}
