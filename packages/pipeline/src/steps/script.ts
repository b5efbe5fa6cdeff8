import { posix } from 'node:path'
import type { Place, PublishStep } from '../model.ts'
import { capabilityOf } from './capability.ts'
import { recognise } from './commands.ts'
import { addPublish, addUnknown } from './found.ts'
import { indexesSetBy } from './indexes-set.ts'
import { installedTools, nodeInstalled, npmByHand, withTools } from './installed-tools.ts'
import { makeTarget } from './make-targets.ts'
import { bundledNpm } from './node-versions.ts'
import {
  INERT,
  ownNpm,
  type ScriptRun,
  scriptPackages,
  underYarn,
  withHooks,
} from './package-scripts.ts'
import { pythonTask } from './python-tasks.ts'
import type { Recognised } from './recognised.ts'
import { registriesSetBy } from './registries-set.ts'
import { leavesNpmAlone, packageRootOf, releaseCommands } from './release-configs.ts'
import { MAX_REPEATED, type Rounds, runCommands, type Shell } from './running.ts'
import { shellScriptOf } from './script-files.ts'
import { onceEach, secretsLeftBy, storedSecrets, usableFor, withoutOthers } from './secrets.ts'
import { type Command, splitScript } from './shell.ts'
import { assigned, enter, flagsIn, type ScriptContext, type ShellState } from './shell-state.ts'
import { isSureOfRegistry, npmrcText, targetAdrift, targetOf } from './target.ts'
import { givenToken } from './unplayed.ts'
import { expand, pathIn, type Variables, valueIn } from './variables.ts'
import { versionSetBy } from './versions-set.ts'
import { unwrap } from './wrappers.ts'

type Publish = Extract<Recognised, { kind: 'publish' }>

// `release` that runs `release:all` that runs `publish:all` is as deep as package scripts go in practice.
const MAX_SCRIPT_DEPTH = 4

/** What python-semantic-release before version 8 uploads with. */
const PSR_TOKENS = ['PYPI_TOKEN', 'PYPI_PASSWORD', 'REPOSITORY_PASSWORD']

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
  return new ScriptReader(placeOf, context, 0, { around: 0, left: MAX_REPEATED }).read(
    script,
    start,
  )
}

class ScriptReader {
  readonly #placeOf: (line: number) => Place
  readonly #context: ScriptContext
  readonly #depth: number
  readonly #rounds: Rounds

  constructor(
    placeOf: (line: number) => Place,
    context: ScriptContext,
    depth: number,
    rounds: Rounds,
  ) {
    this.#placeOf = placeOf
    this.#context = context
    this.#depth = depth
    this.#rounds = rounds
  }

  read(script: string, start: ShellState): ShellState {
    const { findSecrets } = this.#context
    const left = secretsLeftBy(script, this.#placeOf(0), start.variables, findSecrets)
    const byHand = npmByHand(script, this.#placeOf(0), start.variables)
    const registriesSet = new Map([...(start.registriesSet ?? []), ...registriesSetBy(script)])
    const indexesSet = new Map([...(start.indexesSet ?? []), ...indexesSetBy(script)])
    const secrets = [...start.secrets, ...left]
    const shell: Shell = {
      manifests: this.#context.manifests,
      placeOf: this.#placeOf,
      rounds: this.#rounds,
      run: (command, state) => this.#run(command, state, script),
    }
    return runCommands(
      splitScript(script),
      { ...start, ...byHand, registriesSet, indexesSet, secrets },
      shell,
    )
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
    if (/^(?:export|local|declare|readonly|typeset)$/.test(program)) {
      const exported = unwrap(rest.filter((word) => !word.startsWith('-'))).assignments
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
    const file =
      shellScriptOf(words, command.words, changed, this.#context.textOf) ??
      this.#target(command, words, changed)
    const recognised =
      file === undefined
        ? (recognise(words) ?? givenToken(words, changed.variables))
        : ({ kind: 'shell', script: file } as const)
    if (recognised === undefined) return state
    const found = named(recognised, changed.variables)
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
    // From version 8 on it uploads nothing, and before only with a token.
    if (
      publish.client === 'python-semantic-release' &&
      !PSR_TOKENS.some((name) => state.variables.has(name))
    )
      return
    const { manifests, textOf } = this.#context
    const known = pathIn(state.directory, publish.directory ?? '.', state.variables)
    if (known === undefined) {
      this.#unknown(
        place,
        `"${command.text}" runs in a directory that is only known at run time, so what it publishes cannot be told; write the directory.`,
      )
      if (!isSureOfRegistry(publish, manifests)) return
    }
    const directory = known ?? '.'
    const use = { client: publish.client, text: command.text, directory }
    for (const script of releaseCommands(publish.client, directory, textOf)) {
      this.#nested(script, place, { ...state, directory })
    }
    if (leavesNpmAlone(use, manifests.npm, textOf)) return
    const packageRoot = packageRootOf(use, textOf)
    const rooted = packageRoot === undefined ? publish : { ...publish, packageRoot }
    const target =
      known === undefined
        ? targetAdrift(rooted, state, manifests)
        : targetOf(rooted, directory, state, manifests)
    const npmrc = target.ecosystem === 'npm' ? npmrcText(directory, manifests) : ''
    const read = withoutOthers(`${script}\n${npmrc}`, target)
    const secrets = storedSecrets(publish.client, read, place, state.variables, findSecrets)
    for (const sentence of target.sentences) this.#unknown(place, sentence)
    const step: PublishStep = {
      place,
      client: publish.client,
      ecosystem: target.ecosystem,
      text: command.text,
      directory,
      ...(known === undefined && { adrift: true }),
      args: publish.args,
      ...(target.registry !== undefined && { registry: target.registry }),
      packages: target.packages,
      storedSecrets: onceEach([...usableFor(target, state.secrets), ...secrets]),
      ...(target.files.some((file) => state.versionsSet?.has(file)) && { setsVersion: true }),
      ...capabilityOf(publish, command.text, directory, state, this.#context.textOf),
      within: this.#context.within,
    }
    addPublish(step, findings, this.#rounds.around > 0)
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
      const begin = { ...after, ...ownNpm(this.#context.textOf), directory: at }
      const inside = underYarn(unwrap(command.words).words, this.#placeOf(0), begin, this.#context)
      const done = this.#nested(text, place, inside)
      const npm = done.npm === inside.npm ? after.npm : done.npm
      after = { ...done, npm, variables: after.variables }
    }
    // Without such a script `yarn lerna publish` and `pnpm lerna publish` run the program.
    const { words } = unwrap([run.name, ...run.args])
    const program =
      scripts.length > 0 ? undefined : (recognise(words) ?? givenToken(words, state.variables))
    if (program !== undefined && ['publish', 'unplayed', 'variable'].includes(program.kind)) {
      return this.#follow(program, command, state, command.text)
    }
    return { ...after, directory: state.directory }
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
    const after = new ScriptReader(() => place, this.#context, this.#depth + 1, this.#rounds).read(
      script,
      state,
    )
    return { ...after, directory, variables }
  }

  #unknown(place: Place, sentence: string): void {
    addUnknown({ place, sentence }, this.#context.findings, this.#rounds.around > 0)
  }
}

/** What is named by a variable: `npm publish "./packages/$name"`, or `pnpm --filter "@acme/$name" publish`. */
function named(found: Recognised, variables: Variables): Recognised {
  if (found.kind !== 'publish' && found.kind !== 'script') return found
  const { selection } = found
  const args = found.args.map((arg) => expand(arg, variables))
  if (selection.of !== 'workspaces') return { ...found, args }
  const globs = selection.globs.map((glob) => expand(glob, variables))
  return { ...found, args, selection: { ...selection, globs } }
}
