import type { Edit } from '../../edits/edit.ts'
import { isEmptiedBy, removeKeys } from '../../edits/yaml-edits.ts'
import type { JobStep } from '../../job.ts'
import type { Release } from '../../release.ts'
import { child, entriesOf, textOf } from '../../yaml/tree.ts'
import { scriptOf } from './command-edit.ts'

/** The edits that take secrets out of the `env:` of a step which only the part of its script read that goes. */
export function withoutVariablesOf(
  { tree }: JobStep,
  gone: string,
  release: Release,
): readonly Edit[] {
  const env = child(tree, 'env')
  const source = release.source(tree.place.file)
  const rest = (textOf(scriptOf(tree)) ?? '').replaceAll(gone, '')
  const unread = entriesOf(env)
    .filter(([, value]) => /\bsecrets\b/.test(textOf(value) ?? ''))
    .map(([name]) => name)
    .filter((name) => mentions(gone, name) && !mentions(rest, name))
  if (env === undefined || source === undefined || unread.length === 0) return []
  const edits = isEmptiedBy(env, unread)
    ? removeKeys(source, tree, ['env'])
    : removeKeys(source, env, unread)
  return edits ?? []
}

function mentions(text: string, variable: string): boolean {
  return new RegExp(`\\$\\{?${variable}\\b|\\benv\\.${variable}\\b`).test(text)
}
