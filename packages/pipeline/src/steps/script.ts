import { posix } from 'node:path'
import type { ScriptCommand, ToolVersion } from '../job.ts'
import type { Place, PublishStep, Unknown } from '../model.ts'
import type { NpmManifest } from '../repository/manifest-npm.ts'
import type { Manifests } from '../repository/manifests.ts'
import { dependencyVersion } from '../repository/tool-files.ts'
import type { Tree } from '../yaml/tree.ts'
import { capabilityOf } from './capability.ts'
import { type Recognised, recognise } from './commands.ts'
import { type IndexesSet, indexesSetBy } from './indexes-set.ts'
import {
  installedTools,
  nodeInstalled,
  npmByHand,
  toolVersion,
  withTools,
} from './installed-tools.ts'
import { makeTarget } from './make-targets.ts'
import { bundledNpm } from './node-versions.ts'
import { parseOptions } from './options.ts'
import { pythonTask } from './python-tasks.ts'
import { type RegistriesSet, registriesSetBy } from './registries-set.ts'
import { leavesNpmAlone } from './release-configs.ts'
import {
  type LeftSecret,
  onceEach,
  type SecretFinder,
  secretsLeftBy,
  storedSecrets,
  usableFor,
  withoutOthers,
} from './secrets.ts'
import { type Command, splitScript } from './shell.ts'
import { npmrcText, targetOf } from './target.ts'
import { nearest, workspaces } from './targets.ts'
import { expand, pathIn, type Variables, valueIn } from './variables.ts'
import { type VersionFile, versionSetBy } from './versions-set.ts'
import { unwrap } from './wrappers.ts'

type Publish = Extract<Recognised, { kind: 'publish' }>
type ScriptRun = Extract<Recognised, { kind: 'script' }>

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

// `release` that runs `release:all` that runs `publish:all` is as deep as package scripts go in practice.
const MAX_SCRIPT_DEPTH = 4

/** The flags of shells that take the next word. */
const SHELL_VALUED = new Set(['-o', '+o'])

/**
 * Follows a shell script and adds what it publishes to the findings. `placeOf` gives the place of a line of the
 * script, from 0. Returns the state that the script leaves to the next one in the same shell.
 */
export function readScript(
  script: string,
  placeOf: (line: number) => Place,
  start: ShellState,
  context: ScriptContext,
): ShellState {
  return new ScriptReader(placeOf, context, 0).read(script, start)
}

class ScriptReader {
  readonly #placeOf: (line: number) => Place
  readonly #context: ScriptContext
  readonly #depth: number

  constructor(placeOf: (line: number) => Place, context: ScriptContext, depth: number) {
    this.#placeOf = placeOf
    this.#context = context
    this.#depth = depth
  }

  read(script: string, start: ShellState): ShellState {
    const { findSecrets } = this.#context
    const left = secretsLeftBy(script, this.#placeOf(0), start.variables, findSecrets)
    const byHand = npmByHand(script, this.#placeOf(0), start.variables)
    const registriesSet = new Map([...(start.registriesSet ?? []), ...registriesSetBy(script)])
    const indexesSet = new Map([...(start.indexesSet ?? []), ...indexesSetBy(script)])
    // A subshell starts with the state around it and keeps its changes to itself.
    const states = new Map<string, ShellState>([
      [
        '',
        { ...start, ...byHand, registriesSet, indexesSet, secrets: [...start.secrets, ...left] },
      ],
    ])
    const stateIn = (scope: readonly number[]): ShellState =>
      states.get(scope.join('.')) ?? (scope.length === 0 ? start : stateIn(scope.slice(0, -1)))
    for (const command of splitScript(script)) {
      states.set(command.scope.join('.'), this.#run(command, stateIn(command.scope), script))
    }
    return stateIn([])
  }

  #run(command: Command, state: ShellState, script: string): ShellState {
    const place = this.#placeOf(command.line)
    const { words, assignments } = unwrap(
      command.words.flatMap((word) => flagsIn(word, state.variables)),
    )
    const [program, ...rest] = words
    const changed = { ...state, variables: assigned(state.variables, assignments, place) }
    if (program === undefined) return changed
    this.#context.findings.commands.push({
      place,
      words,
      text: command.text,
      ...(state.directory !== undefined && { directory: state.directory }),
      nested: this.#depth > 0,
    })
    if (program === 'export') {
      const exported = unwrap(rest).assignments
      return { ...state, variables: assigned(state.variables, exported, place) }
    }
    if (['cd', 'pushd', 'popd'].includes(program)) return enter(words, state)
    const installed = installedTools(words, place, state.directory, this.#context.textOf)
    if (installed !== undefined) return withTools(state, installed)
    const node = nodeInstalled(words, place, this.#context.textOf)
    if (node !== undefined) return { ...state, node, npm: bundledNpm(node) }
    const versioned = versionSetBy(words)
    if (versioned !== undefined) {
      return { ...state, versionsSet: new Set([...(state.versionsSet ?? []), versioned]) }
    }
    const file = this.#scriptFile(command, words, changed) ?? this.#target(command, words, changed)
    const found = file === undefined ? recognise(words) : ({ kind: 'shell', script: file } as const)
    if (found === undefined) return state
    const after = this.#follow(found, command, changed, script)
    // What is set in front of a command is set for that command.
    return { ...after, variables: state.variables }
  }

  #follow(found: Recognised, command: Command, state: ShellState, script: string): ShellState {
    const place = this.#placeOf(command.line)
    if (found.kind === 'script') return this.#packageScript(found, command, state)
    if (found.kind === 'shell') return this.#nested(found.script, place, state)
    if (found.kind === 'variable') {
      return this.#nested(valueIn(state.variables, found.name) ?? '', place, state)
    }
    if (found.kind === 'publish') this.#publish(found, command, state, script)
    else this.#unknown(place, found.sentence)
    return state
  }

  #publish(publish: Publish, command: Command, state: ShellState, script: string): void {
    const place = this.#placeOf(command.line)
    const { findSecrets, findings } = this.#context
    // From version 8 on it uploads nothing, and before only with one of these.
    if (publish.client === 'python-semantic-release' && !hasAny(state.variables, PSR_TOKENS)) return
    const directory = pathIn(state.directory, publish.directory ?? '.', state.variables)
    if (directory === undefined) {
      this.#unknown(
        place,
        `"${command.text}" runs in a directory that is only known at run time, so what it publishes cannot be told; write the directory.`,
      )
      return
    }
    const { manifests, textOf } = this.#context
    const use = { client: publish.client, text: command.text, directory }
    if (leavesNpmAlone(use, manifests.npm, textOf)) return
    const target = targetOf(publish, directory, state, manifests)
    const npmrc = target.ecosystem === 'npm' ? npmrcText(directory, manifests) : ''
    const read = withoutOthers(`${script}\n${npmrc}`, target)
    const secrets = storedSecrets(publish.client, read, place, state.variables, findSecrets)
    for (const sentence of target.sentences) this.#unknown(place, sentence)
    findings.publishes.push({
      place,
      client: publish.client,
      ecosystem: target.ecosystem,
      text: command.text,
      directory,
      args: publish.args.map((arg) => expand(arg, state.variables)),
      ...(target.registry !== undefined && { registry: target.registry }),
      packages: target.packages,
      storedSecrets: onceEach([...usableFor(target, state.secrets), ...secrets]),
      ...(target.files.some((file) => state.versionsSet?.has(file)) && { setsVersion: true }),
      ...capabilityOf(publish, command.text, directory, state, this.#context.textOf),
      within: this.#context.within,
    })
  }

  #packageScript(run: ScriptRun, command: Command, state: ShellState): ShellState {
    const place = this.#placeOf(command.line)
    const directory = pathIn(state.directory, run.directory ?? '.', state.variables)
    if (directory === undefined) return state
    const { npm } = this.#context.manifests
    const packages = scriptPackages(run, directory, npm)
    const scripts = packages.flatMap((one) => {
      const text = withHooks(one, run)
      return text === undefined ? [] : [{ text, directory: one.directory }]
    })
    let after = state
    for (const { text, directory: at } of scripts) {
      if (run.name === 'build') this.#context.findings.builds.add(at)
      if (INERT.test(text)) continue
      const inside = this.#underYarn(command, { ...after, ...this.#ownNpm(), directory: at })
      const done = this.#nested(text, place, inside)
      const npm = done.npm === inside.npm ? after.npm : done.npm
      after = { ...done, npm, variables: after.variables }
    }
    // Without such a script `yarn lerna publish` and `pnpm lerna publish` run the program.
    const program =
      scripts.length > 0 ? undefined : recognise(unwrap([run.name, ...run.args]).words)
    if (program !== undefined && ['publish', 'unplayed', 'variable'].includes(program.kind)) {
      return this.#follow(program, command, state, command.text)
    }
    return { ...after, directory: state.directory }
  }

  /** Package scripts find the programs of the repository first: an npm that it depends on as well. */
  #ownNpm(): Pick<ShellState, 'npm'> {
    const own = dependencyVersion('npm', this.#context.textOf)
    if (own === undefined) return {}
    const place = { file: own.file, line: 1, column: 1 }
    return { npm: toolVersion(own.written, place, 'manifest', `npm@${own.written}`) }
  }

  /**
   * Yarn 1 puts its own registry into the environment of what it runs, whatever `.npmrc` and npm's variables say
   * (measured with 1.22.22). npm takes it from there.
   */
  #underYarn({ words }: Command, state: ShellState): ShellState {
    const { textOf, findings } = this.#context
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
    const place = this.#placeOf(0)
    const registry = { value: 'https://registry.yarnpkg.com', place }
    return { ...state, variables: new Map([...state.variables, ['npm_config_registry', registry]]) }
  }

  /** The text of the shell script that a command runs, if it is a file of the repository. */
  #scriptFile(
    { words: written }: Command,
    words: readonly string[],
    state: ShellState,
  ): string | undefined {
    const file = scriptFileOf(words, written)
    // `scripts/publish`: a program by its path, which may be a script by its first line.
    const program = file ?? written.find((word) => word.endsWith(`/${words[0]}`))
    const path = program && pathIn(state.directory, program, state.variables)
    const text = path === undefined ? undefined : this.#context.textOf(path)
    if (path === undefined || text === undefined) return undefined
    return file !== undefined || isShellScript(text) ? withOwnFolder(text, path) : undefined
  }

  /** The recipe of the target, or the task of the project, that `make release`, `poe release` and the like run. */
  #target(
    { words: written }: Command,
    words: readonly string[],
    { directory }: ShellState,
  ): string | undefined {
    if (directory === undefined) return undefined
    const read = (file: string) => this.#context.textOf(posix.join(directory, file))
    return makeTarget(words, read) ?? pythonTask(written, read)
  }

  /** A shell of its own: its files and the programs that it installs outlive it, its directory and its variables do not. */
  #nested(script: string, place: Place, state: ShellState): ShellState {
    if (this.#depth >= MAX_SCRIPT_DEPTH) return state
    const { directory, variables } = state
    const after = new ScriptReader(() => place, this.#context, this.#depth + 1).read(script, state)
    return { ...after, directory, variables }
  }

  #unknown(place: Place, sentence: string): void {
    this.#context.findings.unknowns.push({ place, sentence })
  }
}

/** One plain command of a program that neither publishes nor changes what later ones find: most builds and tests. */
const INERT =
  /^(?:tsc|tsup|rollup|vite|webpack|esbuild|babel|swc|eslint|prettier|biome|jest|vitest|mocha|ava|tap|rimraf|del-cli|cpy)\b[^&|;<>$`\n]*$/

/** Tells whether a text is a shell script by its first line. */
export function isShellScript(text: string): boolean {
  return /^#!.*\b(?:ba|da|z)?sh\b/.test(text)
}

/** The file in `sh file`, `bash -e file` and `./file.sh`. `written` has the path that `words` are without. */
function scriptFileOf(words: readonly string[], written: readonly string[]): string | undefined {
  const [program = '', ...rest] = words
  if (/\.(?:sh|bash)$/.test(program)) return written.find((word) => word.endsWith(program))
  if (!/^(?:ba|da|z)?sh$/.test(program)) return undefined
  const options = parseOptions(rest, SHELL_VALUED)
  return [...options.flags.keys()].some((flag) => /^-\w*c$/.test(flag))
    ? undefined
    : options.rest[0]
}

/** `$(dirname "$0")`: the folder of a shell script, as it finds itself. */
const OWN_FOLDER = /\$\( *dirname (?:-- )?"?\$\{?(?:0|BASH_SOURCE(?:\[0\])?)\}?"? *\)/g

/** `$(cd "…" && pwd)`: a folder as an absolute path. */
const ABSOLUTE =
  /\$\( *cd (?:-- )?"?(\$GITHUB_WORKSPACE[^\s"]*)"?(?: *>\/dev\/null)?(?: 2>&1)? *&& *pwd(?: -P)? *\)/g

function withOwnFolder(script: string, file: string): string {
  const folder = posix.dirname(posix.join('$GITHUB_WORKSPACE', file))
  return script.replace(OWN_FOLDER, () => folder).replace(ABSOLUTE, '$1')
}

const PSR_TOKENS = ['PYPI_TOKEN', 'PYPI_PASSWORD', 'REPOSITORY_PASSWORD']

/** The words of `$ARGS`, where that holds flags. */
function flagsIn(word: string, variables: Variables): readonly string[] {
  const flags = /^\$(?:\w+|\{\w+\})$/.test(word) ? expand(word, variables) : ''
  return flags.startsWith('-') ? flags.trim().split(/\s+/) : [word]
}

function hasAny(variables: Variables, names: readonly string[]): boolean {
  return names.some((name) => variables.has(name))
}

function assigned(
  variables: Variables,
  assignments: readonly (readonly [string, string])[],
  place: Place,
): Variables {
  if (assignments.length === 0) return variables
  return new Map([
    ...variables,
    ...assignments.map(
      ([name, value]) => [name, { value: expand(value, variables), place }] as const,
    ),
  ])
}

/** Where `cd` leads; undefined from `cd`, `cd -` and `popd` on, which nobody needs followed. */
function enter(words: readonly string[], state: ShellState): ShellState {
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

function scriptPackages(
  run: ScriptRun,
  directory: string,
  npm: readonly NpmManifest[],
): readonly NpmManifest[] {
  if (run.selection.of === 'workspaces') return workspaces(run.selection, directory, npm).packages
  const found = nearest(directory, npm)
  return found === undefined ? [] : [found]
}

/** npm runs `pre<name>` before a script and `post<name>` after it. */
function withHooks(manifest: NpmManifest, { name, args }: ScriptRun): string | undefined {
  const main = manifest.scripts.get(name)
  if (main === undefined) return undefined
  const [before, after] = [`pre${name}`, `post${name}`].map((hook) => manifest.scripts.get(hook))
  return [before, [main, ...args].join(' '), after].filter((text) => text !== undefined).join('\n')
}
