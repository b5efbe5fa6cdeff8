import type { ScriptCommand, ToolVersion } from '../job.ts'
import type { Place, PublishStep, Unknown } from '../model.ts'
import type { Manifests } from '../repository/manifests.ts'
import type { Tree } from '../yaml/tree.ts'
import type { IndexesSet } from './indexes-set.ts'
import type { RegistriesSet } from './registries-set.ts'
import type { LeftSecret, SecretFinder } from './secrets.ts'
import { expand, pathIn, type Variables } from './variables.ts'
import type { VersionFile } from './versions-set.ts'

/** The state of a shell between two commands. */
export interface ShellState {
  /** Relative to the root; undefined if it is only known at run time. */
  readonly directory: string | undefined
  /** The folder into which the repository was checked out, if not into the root of the workspace. */
  readonly checkout?: string | undefined
  readonly variables: Variables
  /** Stored secrets that earlier scripts wrote to configuration files. */
  readonly secrets: readonly LeftSecret[]
  readonly userRegistry?: string | undefined
  /** The registries that earlier scripts wrote into npm's settings. */
  readonly registriesSet?: RegistriesSet | undefined
  /** The indexes that earlier scripts described to clients of Python. */
  readonly indexesSet?: IndexesSet | undefined
  /** Node and npm on the PATH. */
  readonly node?: ToolVersion | undefined
  readonly npm?: ToolVersion | undefined
  /** Python on the PATH. */
  readonly python?: ToolVersion | undefined
  /** Other programs that a command or an action has installed, by name. */
  readonly tools?: ReadonlyMap<string, ToolVersion> | undefined
  /** The kinds of manifest in which a command before has set the version of what will be published. */
  readonly versionsSet?: ReadonlySet<VersionFile> | undefined
}

/** What is found while a job is read; the readers add to it. */
export interface Findings {
  readonly publishes: PublishStep[]
  readonly unknowns: Unknown[]
  /** Directories whose package's `build` script was run. */
  readonly builds: Set<string>
  /** Every command, in the order of running. */
  readonly commands: ScriptCommand[]
}

export interface ScriptContext {
  readonly manifests: Manifests
  readonly findSecrets: SecretFinder
  readonly findings: Findings
  /** The step, or the line of a script, that is read. */
  readonly within: Tree
  /** The text of a file, by its path from the root. */
  readonly textOf: (file: string) => string | undefined
}

/** The words of `$ARGS`, where that holds flags. */
export function flagsIn(word: string, variables: Variables): readonly string[] {
  const flags = /^\$(?:\w+|\{\w+\})$/.test(word) ? expand(word, variables) : ''
  return flags.startsWith('-') ? flags.trim().split(/\s+/) : [word]
}

/** The variables after `NAME=value …`. */
export function assigned(
  variables: Variables,
  assignments: readonly (readonly [string, string])[],
  place: Place,
): Variables {
  if (assignments.length === 0) return variables
  return new Map([
    ...variables,
    ...assignments.map(
      ([name, value]) => [name, { value: bounded(value, variables), place }] as const,
    ),
  ])
}

// `X=$X$X` in a loop doubles it each time; no path and no flag is as long.
const MAX_VALUE = 10_000

/** A value written out; as it is written where that gets too long. */
function bounded(value: string, variables: Variables): string {
  const whole = expand(value, variables)
  return whole.length > MAX_VALUE ? value : whole
}

/** Where `cd` leads; undefined from `cd`, `cd -` and `popd` on, which nobody needs followed. */
export function enter(words: readonly string[], state: ShellState): ShellState {
  const path = words.slice(1).find((word) => !word.startsWith('-'))
  const directory = path === undefined ? undefined : pathIn(state.directory, path, state.variables)
  return { ...state, directory: inCheckout(directory, state.checkout) }
}

/** A path of the workspace as one of the repository. */
export function inCheckout(
  path: string | undefined,
  checkout: string | undefined,
): string | undefined {
  if (path === undefined || checkout === undefined) return path
  return path === checkout
    ? '.'
    : path.startsWith(`${checkout}/`)
      ? path.slice(checkout.length + 1)
      : path
}
