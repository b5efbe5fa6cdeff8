import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/** Where a project remembers what it generated, so that files which are no longer generated can be removed. */
export const LEDGER_FILE = '.trustpub/files.json'

export interface Ledger {
  readonly files: readonly string[]
  /** Of the files that do not carry the marker. */
  readonly digests: ReadonlyMap<string, string>
}

const EMPTY: Ledger = { files: [], digests: new Map() }

/** What the last synthesis wrote. A ledger that is missing or damaged knows nothing, so nothing is removed. */
export function readLedger(root: string): Ledger {
  let parsed: unknown
  try {
    parsed = JSON.parse(readFileSync(join(root, LEDGER_FILE), 'utf8'))
  } catch {
    return EMPTY
  }
  const { files, digests } = (parsed ?? {}) as { files?: unknown; digests?: unknown }
  const paths = Array.isArray(files) ? files.filter(isInside) : []
  return {
    files: paths,
    digests: new Map(Object.entries((digests ?? {}) as Record<string, string>)),
  }
}

export function ledgerText(files: readonly string[], digests: ReadonlyMap<string, string>): string {
  const sorted = [...digests].sort(([a], [b]) => (a < b ? -1 : 1))
  const ledger = { files: files.toSorted(), digests: Object.fromEntries(sorted) }
  return `${JSON.stringify(ledger, null, 2)}\n`
}

/** The file is read before things are deleted, so it may only name files below the project, and none of git's. */
function isInside(path: unknown): path is string {
  if (typeof path !== 'string' || /[\\\0]/.test(path) || posix.normalize(path) !== path)
    return false
  const parts = path.toLowerCase().split('/')
  return !parts.some((part) => ['', '.', '..', '.git'].includes(part))
}
