import type { Edit } from '../../edits/edit.ts'
import { isEmptiedBy, removeKeys } from '../../edits/yaml-edits.ts'
import type { JobStep } from '../../job.ts'
import type { Release } from '../../release.ts'
import { child, entriesOf, textOf } from '../../yaml/tree.ts'
import { scriptOf } from './command-edit.ts'

/** The edits that take secrets out of the `env:` of a step which only the part of its script read that goes. */
export function withoutVariablesOf(
  { tree, commands }: JobStep,
  gone: string,
  release: Release,
): readonly Edit[] {
  const env = child(tree, 'env')
  const source = release.source(tree.place.file)
  const rest = (textOf(scriptOf(tree)) ?? '').replaceAll(gone, '')
  // The same secret, put in by an expression, beside commands that read no environment for themselves.
  const isPlain = commands.every(({ text, words }) => text === gone || PLAIN.test(words.join(' ')))
  const isWritten = (value: string) => isPlain && value !== '' && gone.includes(value)
  const unread = entriesOf(env)
    .filter(([, value]) => /\bsecrets\b/.test(textOf(value) ?? ''))
    .filter(([name, value]) => mentions(gone, name) || isWritten(textOf(value) ?? ''))
    .map(([name]) => name)
    .filter((name) => !mentions(rest, name))
  if (env === undefined || source === undefined || unread.length === 0) return []
  const edits = isEmptiedBy(env, unread)
    ? removeKeys(source, tree, ['env'])
    : removeKeys(source, env, unread)
  return edits ?? []
}

const PLAIN = /^(?:echo|printf|cat|mkdir|chmod|git config|npm (?:config )?set)\b/

function mentions(text: string, variable: string): boolean {
  return new RegExp(`\\$\\{?${variable}\\b|\\benv\\.${variable}\\b`).test(text)
}
