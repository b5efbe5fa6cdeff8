import { posix } from 'node:path'
import { parseOptions } from './options.ts'

/** The files that hold the versions of packages. */
export type VersionFile = 'package.json' | 'pyproject.toml'

const TOOLS: ReadonlyMap<string, VersionFile> = new Map([
  ['npm', 'package.json'],
  ['pnpm', 'package.json'],
  ['yarn', 'package.json'],
  ['uv', 'pyproject.toml'],
  ['hatch', 'pyproject.toml'],
  ['poetry', 'pyproject.toml'],
])

/** Programs that people edit files with, and the flag without which they only print. */
const EDITORS = new Set(['sed', 'perl', 'yq', 'tomlq'])
const IN_PLACE = /^(?:-\w*i|--in-?place)/

export function isVersionFile(name: string): name is VersionFile {
  return name === 'package.json' || name === 'pyproject.toml'
}

/**
 * The kind of manifest in which a command sets the version: `npm version 1.2.3`, `npm pkg set version=…`,
 * `uv version $VERSION`, `sed -i s/0.0.0/$VERSION/ pyproject.toml`. Undefined for those that only show it.
 */
export function versionSetBy(words: readonly string[]): VersionFile | undefined {
  const [program = '', ...rest] = words
  const { rest: plain, flags } = parseOptions(rest, new Set())
  const [verb, ...args] = plain
  const file = TOOLS.get(program)
  if (file !== undefined) {
    const bumps = flags.has('--new-version') || flags.has('--bump')
    if (verb === 'version') return args.length > 0 || bumps ? file : undefined
    const sets = verb === 'pkg' && args[0] === 'set'
    return sets && args.some((arg) => arg.startsWith('version=')) ? file : undefined
  }
  const edits = EDITORS.has(program) && [...flags.keys()].some((flag) => IN_PLACE.test(flag))
  if (!edits || !plain.some((word) => /version/i.test(word))) return undefined
  return plain.map((word) => posix.basename(word)).find(isVersionFile)
}
