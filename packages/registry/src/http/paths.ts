/**
 * The path that is routed: a scoped name becomes one segment, whether it came as `@scope%2fname`, `%40scope%2Fname`
 * or `@scope/name`, so that every npm route is written once.
 */
export function routedPath(request: Request): string {
  const path = pathOf(request.url)
  if (!path.includes('@') && !path.includes('%40')) return path
  return path.replace(/\/(?:@|%40)([^/@%]+)(?:\/|%2f)([^/]+)/i, '/@$1%2f$2')
}

function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  if (start === -1) return '/'
  const end = url.slice(start).search(/[?#]/)
  return end === -1 ? url.slice(start) : url.slice(start, start + end)
}

/** Whether every escape in the path decodes to valid UTF-8. */
export function isWellFormed(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
