import type { Edit } from '../edits/edit.ts'
import { insertKeys, type Position, replaceText } from '../edits/yaml-edits.ts'
import type { Job } from '../job.ts'
import type { Release } from '../release.ts'
import { child, isMap, type Tree } from '../yaml/tree.ts'

/** The edit of a finding that puts keys into a map; nothing where that cannot be written. */
export function added(
  release: Release,
  map: Tree | undefined,
  lines: readonly string[],
  position: Position = 'end',
): { readonly edits?: readonly Edit[] } {
  const source = map && release.source(map.place.file)
  if (source === undefined || !isMap(map)) return {}
  const edit = insertKeys(source, map, lines, position)
  return edit === undefined ? {} : { edits: [edit] }
}

/** The permissions that count for a job, where its own file has them. */
export function blockOf({ permissions, source }: Job): Tree | undefined {
  if (permissions.from === 'job') return child(source.job, 'permissions')
  return permissions.from === 'workflow' ? child(source.workflow, 'permissions') : undefined
}

/** Whether a job may write to a scope, or the settings of the repository decide. */
export function mayWrite({ permissions: { from, all, scopes } }: Job, scope: string): boolean {
  return from === 'default' || all === 'write' || scopes.get(scope) === 'write'
}

/** The edit of a finding that lets a job write to one more scope. */
export function allowed(
  release: Release,
  job: Job,
  scope: string,
): { readonly edits?: readonly Edit[] } {
  const block = blockOf(job)
  const set = child(block, scope)
  if (set === undefined) return added(release, block, [`${scope}: write`])
  const source = release.source(set.place.file)
  const edit = source && replaceText(source, set, 'write')
  return edit === undefined ? {} : { edits: [edit] }
}
