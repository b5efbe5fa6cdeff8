import type { ActionUse } from '../job.ts'
import type { Tree } from '../yaml/tree.ts'

/** Takes `owner/name@ref` apart. The comment beside a commit is believed to name its version, as everybody writes it. */
export function actionUse({ place, comment }: Tree, uses: string): ActionUse {
  const at = uses.lastIndexOf('@')
  const name = (at < 0 ? uses : uses.slice(0, at)).replace(/\/+$/, '')
  const ref = at < 0 ? '' : uses.slice(at + 1)
  const version = versionOf(isCommit(ref) ? (comment ?? '') : ref)
  const local = name.startsWith('./') || name.startsWith('docker:')
  return {
    place,
    name: local ? name : name.toLowerCase(),
    ref,
    ...(version !== undefined && { version }),
  }
}

/** Tells whether a ref pins a commit. */
export function isCommit(ref: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(ref)
}

/** `v4.1.0`, `v4`, `release/v1.8`, `tag: v4.1.0 (2024)` → its numbers. */
function versionOf(text: string): readonly number[] | undefined {
  const found = /(?:^|[\s/=:])v?(\d+(?:\.\d+){0,2})(?=$|[\s,;)])/i.exec(text.trim())?.[1]
  return found?.split('.').map(Number)
}

/**
 * Tells whether the action is certainly older than a release. A ref such as `v1` or `release/v1` follows the newest of
 * its line, so that only a smaller first number counts; what names no version is not older.
 */
export function isActionBelow(
  { version }: ActionUse,
  floor: readonly [major: number, minor?: number],
): boolean {
  if (version === undefined) return false
  const [major = 0, minor] = version
  if (major !== floor[0]) return major < floor[0]
  return minor !== undefined && minor < (floor[1] ?? 0)
}
