import type { Release } from '../release.ts'
import type { Check, Finding } from './check.ts'
import { CHECKS } from './index.ts'

/** A finding that a comment in the file has set aside, with the reason given there. */
export interface Ignored extends Finding {
  readonly reason: string
}

export interface Examination {
  readonly findings: readonly Finding[]
  readonly ignored: readonly Ignored[]
}

const RANK = { error: 0, warning: 1, note: 2 } as const

/** Runs all checks over the releases of a repository, one for each CI; what they have in common is said once. */
export function examineAll(releases: readonly Release[]): Examination {
  const each = releases.map((release) => examine(release))
  return {
    findings: inOrder(each.flatMap(({ findings }) => findings)),
    ignored: inOrder(each.flatMap(({ ignored }) => ignored)),
  }
}

/** Runs all checks over a release: errors first, then by file and line; what a comment sets aside is apart. */
export function examine(release: Release, checks: readonly Check[] = CHECKS): Examination {
  const found = checks.flatMap((check) =>
    [...check.find(release)].map(
      (one): Finding => ({
        ...one,
        check: check.id,
        severity: one.severity ?? check.severity,
      }),
    ),
  )
  const findings: Finding[] = []
  const ignored: Ignored[] = []
  for (const finding of inOrder(found)) {
    const reason = reasonToIgnore(finding, release)
    if (reason === undefined) findings.push(finding)
    else ignored.push({ ...finding, reason })
  }
  return { findings, ignored }
}

/**
 * `# trustpub: ignore[check-id] reason`, on the line of the finding or alone on the one above. JSON has no comments, so there
 * it is `"//": "trustpub: ignore[check-id] reason"`, anywhere in the file.
 */
const IGNORE = /(?:#|\/\/)(?:"\s*:\s*")?\s*trustpub:\s*ignore\[([\w, -]+)\]\s*(.*?)\s*(?:",?)?\s*$/

/** The reason in the comment that sets a finding aside. A comment without a reason sets nothing aside. */
function reasonToIgnore({ check, place }: Finding, release: Release): string | undefined {
  const lines = release.source(place.file)?.text.split('\n') ?? []
  const own = lines[place.line - 1] ?? ''
  const above = lines[place.line - 2] ?? ''
  const beside = [own, /^\s*(?:#|\/\/)/.test(above) ? above : '']
  for (const line of place.file.endsWith('.json') ? lines : beside) {
    const [, ids = '', reason = ''] = IGNORE.exec(line) ?? []
    const named = ids.split(',').map((id) => id.trim())
    if (named.includes(check) && reason !== '') return reason
  }
  return undefined
}

/** Errors first. Jobs that several workflows start are written once. */
function inOrder<T extends Finding>(findings: readonly T[]): readonly T[] {
  const keyOf = ({ check, place, message }: T) => JSON.stringify([check, place, message])
  const once = [...new Map(findings.map((one) => [keyOf(one), one])).values()]
  return once.toSorted(
    (a, b) =>
      RANK[a.severity] - RANK[b.severity] ||
      a.place.file.localeCompare(b.place.file) ||
      a.place.line - b.place.line,
  )
}
