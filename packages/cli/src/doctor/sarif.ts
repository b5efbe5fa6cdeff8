import { createHash } from 'node:crypto'
import { CHECKS, type Finding } from '@trustpub/pipeline'
import type { Json } from '../verify/json.ts'
import { version } from '../version.ts'
import type { Diagnosis } from './examine.ts'

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json'
const DOCUMENTS = 'https://github.com/trustpub/trustpub/blob/main/docs/failures.md'

/** A diagnosis as SARIF 2.1.0 (OASIS), which code scanning of GitHub and others read. */
export function sarifOf({ findings, ignored, releases }: Diagnosis): Json {
  const results = [
    ...findings.map((finding) => resultOf(finding, releases)),
    ...ignored.map((one) => ({
      ...resultOf(one, releases),
      suppressions: [{ kind: 'inSource', justification: one.reason }],
    })),
  ]
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
  return { $schema: SCHEMA, version: '2.1.0', runs: [{ tool: { driver }, results }] }
}

function resultOf(finding: Finding, releases: Diagnosis['releases']): Json {
  const { check, severity, place, message, fix } = finding
  return {
    ruleId: check,
    level: severity,
    message: { text: `${message} ${fix}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(place.file), uriBaseId: '%SRCROOT%' },
          region: { startLine: place.line, startColumn: place.column },
        },
      },
    ],
    partialFingerprints: { 'trustpub/v1': fingerprint(finding, releases) },
    ...fixesOf(finding, releases),
  }
}

/** The same for the same finding after lines above it have changed. */
function fingerprint({ check, place }: Finding, [release]: Diagnosis['releases']): string {
  const line = release?.source(place.file)?.text.split('\n')[place.line - 1]?.trim() ?? ''
  return createHash('sha256').update(`${check}\0${place.file}\0${line}`).digest('hex').slice(0, 32)
}

function fixesOf({ edits, fix }: Finding, releases: Diagnosis['releases']): Json {
  if (edits === undefined) return {}
  const changes = edits.map(({ file, start, end, text }) => ({
    artifactLocation: { uri: encodeURI(file), uriBaseId: '%SRCROOT%' },
    replacements: [
      {
        deletedRegion: regionOf(releases[0]?.source(file)?.text ?? '', start, end),
        ...(text !== '' && { insertedContent: { text } }),
      },
    ],
  }))
  return { fixes: [{ description: { text: fix }, artifactChanges: changes }] }
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
