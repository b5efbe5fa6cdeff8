import { posix } from 'node:path'
import type { Edit } from '../../edits/edit.ts'
import { jsonTextAt } from '../../edits/json-edits.ts'
import type { ToolVersion } from '../../job.ts'
import type { PublishStep } from '../../model.ts'
import type { Release } from '../../release.ts'
import { rangeOf } from '../../steps/tool-version.ts'
import { isOld, type Raise, raiseOf, toolOf } from './raises.ts'

const LOCKS: readonly (readonly [file: string, command: string])[] = [
  ['package-lock.json', 'npm install'],
  ['npm-shrinkwrap.json', 'npm install'],
  ['pnpm-lock.yaml', 'pnpm install'],
  ['yarn.lock', 'yarn install'],
  ['bun.lock', 'bun install'],
]

/** What forces a version on dependencies: npm ends where it differs from that of a direct one. */
const FORCING = [['overrides'], ['resolutions'], ['pnpm', 'overrides']]

const KINDS = ['dependencies', 'devDependencies', 'optionalDependencies']

/** The range of a dependency raised, in the package.json of a directory or of the root. Undefined if it is not there; no edits if it is new enough. */
export function rangeEdits(
  name: string,
  raise: Raise,
  release: Release,
  directory: string,
): readonly Edit[] | undefined {
  for (const file of new Set([posix.join(directory, 'package.json'), 'package.json'])) {
    const source = release.source(file)
    const found = source && KINDS.map((kind) => jsonTextAt(source, [kind], name)).find((one) => one)
    if (source === undefined || found === undefined) continue
    const forced = FORCING.flatMap((path) => jsonTextAt(source, path, name) ?? [])
    return [found, ...forced].flatMap(({ value, start, end }) =>
      isOld({ range: rangeOf(value) }, raise)
        ? [{ file, start, end, text: JSON.stringify(raise.range) }]
        : [],
    )
  }
  return undefined
}

/** The lock files of a repository, with the command that renews each. */
export function locksOf(
  release: Release,
): readonly { readonly file: string; readonly command: string }[] {
  return LOCKS.flatMap(([file, command]) =>
    release.source(file) === undefined ? [] : [{ file, command }],
  )
}

/**
 * The version of a step's tool once the lock file follows the manifest, which asks for a newer one already. Undefined
 * where the lock file is not behind.
 */
export function versionAfterInstall(step: PublishStep, release: Release): ToolVersion | undefined {
  const raise = raiseOf(step)
  if (raise === undefined || step.clientVersion?.from !== 'lock') return undefined
  if (rangeEdits(toolOf(step), raise, release, step.directory)?.length !== 0) return undefined
  return { written: raise.range, range: raise.range, from: 'manifest' }
}
