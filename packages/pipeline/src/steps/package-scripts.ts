import type { Place } from '../model.ts'
import type { NpmManifest } from '../repository/manifest-npm.ts'
import { dependencyVersion } from '../repository/tool-files.ts'
import { toolVersion } from './installed-tools.ts'
import type { Recognised } from './recognised.ts'
import type { ScriptContext, ShellState } from './shell-state.ts'
import { isDynamic, nearest, workspaces } from './targets.ts'
import { valueIn } from './variables.ts'
import { unwrap } from './wrappers.ts'

/** A command that runs a script of a `package.json`. */
export type ScriptRun = Extract<Recognised, { kind: 'script' }>

/** The packages whose script a command runs. */
export function scriptPackages(
  run: ScriptRun,
  directory: string,
  npm: readonly NpmManifest[],
): readonly NpmManifest[] {
  const { selection } = run
  if (selection.of === 'workspaces') {
    // In which of them depends on the run: any may be among them.
    const globs = selection.globs.some(isDynamic) ? ['**'] : selection.globs
    return workspaces({ ...selection, globs }, directory, npm).packages
  }
  const found = nearest(directory, npm)
  return found === undefined ? [] : [found]
}

/** npm runs `pre<name>` before a script and `post<name>` after it. */
export function withHooks(manifest: NpmManifest, { name, args }: ScriptRun): string | undefined {
  const main = manifest.scripts.get(name)
  if (main === undefined) return undefined
  const [before, after] = [`pre${name}`, `post${name}`].map((hook) => manifest.scripts.get(hook))
  return [before, [main, ...args].join(' '), after].filter((text) => text !== undefined).join('\n')
}

/** One plain command of a program that neither publishes nor changes what later ones find: most builds and tests. */
export const INERT: RegExp =
  /^(?:tsc|tsup|rollup|vite|webpack|esbuild|babel|swc|eslint|prettier|biome|jest|vitest|mocha|ava|tap|rimraf|del-cli|cpy)\b[^&|;<>$`\n]*$/

/** Package scripts find the programs of the repository first: an npm that it depends on as well. */
export function ownNpm(textOf: ScriptContext['textOf']): Pick<ShellState, 'npm'> {
  const own = dependencyVersion('npm', textOf)
  if (own === undefined) return {}
  const place = { file: own.file, line: 1, column: 1 }
  return { npm: toolVersion(own.written, place, 'manifest', `npm@${own.written}`) }
}

/**
 * Yarn 1 puts its own registry into the environment of what it runs, whatever `.npmrc` and npm's variables say
 * (measured with 1.22.22). npm takes it from there.
 */
export function underYarn(
  words: readonly string[],
  place: Place,
  state: ShellState,
  { textOf, findings }: Pick<ScriptContext, 'textOf' | 'findings'>,
): ShellState {
  const [program = ''] = unwrap(words).words
  if (!/^yarn(?:pkg)?$/.test(program)) return state
  const isFirst =
    /^# yarn lockfile v1/m.test(textOf('yarn.lock') ?? '') &&
    textOf('.yarnrc.yml') === undefined &&
    !/"packageManager"\s*:\s*"yarn@(?:[2-9]|\d\d)/.test(textOf('package.json') ?? '')
  const isSet =
    /^registry\b/m.test(textOf('.yarnrc') ?? '') ||
    findings.commands.some(({ words: [, ...rest] }) =>
      /^config set registry\b/.test(rest.join(' ')),
    ) ||
    valueIn(state.variables, 'YARN_REGISTRY') !== undefined
  if (!isFirst || isSet) return state
  const registry = { value: 'https://registry.yarnpkg.com', place }
  return { ...state, variables: new Map([...state.variables, ['npm_config_registry', registry]]) }
}
