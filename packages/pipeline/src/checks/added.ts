import type { Edit } from '../edits/edit.ts'
import { insertKeys, type Position } from '../edits/yaml-edits.ts'
import type { Release } from '../release.ts'
import { isMap, type Tree } from '../yaml/tree.ts'

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
