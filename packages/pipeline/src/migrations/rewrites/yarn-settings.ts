import type { Edit, SourceFile } from '../../edits/edit.ts'
import { isEmptiedBy, removeKeys } from '../../edits/yaml-edits.ts'
import { PipelineError } from '../../errors.ts'
import { child, entriesOf, type Tree, textOf } from '../../yaml/tree.ts'
import { parseYaml } from '../../yaml/yaml-file.ts'

const TOKEN = 'npmAuthToken'

/** npmjs.com by the names under which Yarn knows it. */
const PUBLIC = /\b(?:registry\.npmjs\.org|registry\.yarnpkg\.com)\b/

/** The edits that take tokens for npmjs.com out of a `.yarnrc.yml`: of all registries, of this one, of its scopes. */
export function yarnTokens(source: SourceFile): readonly Edit[] {
  const settings = treeOf(source)
  if (settings === undefined) return []
  const server = textOf(child(settings, 'npmRegistryServer')) ?? 'registry.yarnpkg.com'
  const scopes = entriesOf(child(settings, 'npmScopes'))
    .map(([, scope]) => scope)
    .filter((scope) => PUBLIC.test(textOf(child(scope, 'npmRegistryServer')) ?? server))
  const registries = entriesOf(child(settings, 'npmRegistries'))
    .filter(([url]) => PUBLIC.test(url))
    .map(([, registry]) => registry)
  return [
    ...(PUBLIC.test(server) ? tokenIn(source, [settings]) : []),
    ...scopes.flatMap((scope) => tokenIn(source, [scope, child(settings, 'npmScopes'), settings])),
    ...registries.flatMap((registry) =>
      tokenIn(source, [registry, child(settings, 'npmRegistries'), settings]),
    ),
  ]
}

/** The token out of a map; what would be left empty goes with it, as far as the maps around. */
function tokenIn(
  source: SourceFile,
  [map, ...around]: readonly (Tree | undefined)[],
  key = TOKEN,
): readonly Edit[] {
  if (map === undefined || child(map, key) === undefined) return []
  const [outer] = around
  const name = entriesOf(outer).find(([, value]) => value === map)?.[0]
  if (isEmptiedBy(map, [key]) && name !== undefined) return tokenIn(source, around, name)
  return removeKeys(source, map, [key]) ?? []
}

function treeOf({ file, text }: SourceFile): Tree | undefined {
  try {
    return parseYaml(file, text, 'gitlab')
  } catch (error) {
    // yarn says itself what is wrong with it.
    if (error instanceof PipelineError) return undefined
    throw error
  }
}
