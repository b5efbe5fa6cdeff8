/** Bytes, and common file systems allow 4096 for a whole path: leaves room for the folder it is unpacked to. */
const MAX_PATH_LENGTH = 1024

/** A backslash separates folders on Windows; control characters forge lines in logs and terminals. */
const UNSAFE_CHARACTER = /[\p{Cc}\\]/u

/**
 * Why a path in an archive must not be unpacked, or undefined if it is safe on every platform: relative,
 * with forward slashes, without empty, `.` or `..` segments, control characters or a Windows drive.
 */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'is empty'
  if (path.length > MAX_PATH_LENGTH) return `is longer than ${MAX_PATH_LENGTH} characters`
  if (UNSAFE_CHARACTER.test(path)) return 'contains a backslash or a control character'
  if (path.startsWith('/')) return 'is absolute'
  if (/^[a-z]:/i.test(path)) return 'names a Windows drive'
  for (const segment of path.split('/')) {
    if (segment === '') return 'has an empty segment'
    if (segment === '.' || segment === '..') return `has a '${segment}' segment`
  }
  return undefined
}

/** Whether a link at `path` that points to `target` stays inside the first folder of `path` (PEP 721). */
export function linkStaysInside(path: string, target: string): boolean {
  if (target === '' || target.startsWith('/') || UNSAFE_CHARACTER.test(target)) return false
  let depth = path.split('/').length - 1
  for (const segment of target.split('/')) {
    if (segment === '..') depth -= 1
    else if (segment !== '' && segment !== '.') depth += 1
    if (depth < 1) return false
  }
  return true
}
