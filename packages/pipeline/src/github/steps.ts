import type { ActionUse, JobStep, ToolVersion } from '../job.ts'
import { joinInside } from '../repository/files.ts'
import { capabilityOf } from '../steps/capability.ts'
import { bundledNpm } from '../steps/node-versions.ts'
import { pythonAsked } from '../steps/python-versions.ts'
import type { Recognised } from '../steps/recognised.ts'
import { leavesNpmAlone, packageRootOf, releaseCommands } from '../steps/release-configs.ts'
import { readScript } from '../steps/script.ts'
import { onceEach, storedSecrets } from '../steps/secrets.ts'
import { inCheckout, type ScriptContext, type ShellState } from '../steps/shell-state.ts'
import { targetOf } from '../steps/target.ts'
import { pathIn, type Variable, type Variables } from '../steps/variables.ts'
import { child, entriesOf, itemsOf, placeOfLine, type Tree, textOf } from '../yaml/tree.ts'
import { actionUse } from './action-use.ts'
import { isJupyterReleaser, recogniseAction } from './actions.ts'
import { type Bindings, isNever, secretsIn, substitute } from './expressions.ts'
import {
  checkedOut,
  type Inputs,
  maySetUpNode,
  setsUpTool,
  setUpNode,
  setUpTool,
} from './set-up.ts'

type Publish = Extract<Recognised, { kind: 'publish' }>

/** What the steps of a job, or of a composite action, run in. */
export interface StepsContext extends Omit<ScriptContext, 'within'> {
  /** What is found of the steps themselves, in their order. */
  readonly trace: JobStep[]
  /** Composite actions of the repository, by the path that `uses: ./…` names, without `./`. */
  readonly actions: ReadonlyMap<string, Tree>
  readonly bindings: Bindings
  /** `defaults.run.working-directory`. */
  readonly directory: string | undefined
  readonly variables: Variables
  /** What the jobs before have set. */
  readonly versionsSet: ShellState['versionsSet']
  /** That of the image in which the job runs. */
  readonly node?: ToolVersion | undefined
}

// GitHub allows ten composite actions within each other.
const MAX_ACTIONS = 10

/** Inputs that take a token for GitHub, not for a registry. */
const OF_GITHUB = /^(?:github[-_]?token|gh[-_]?token|repo[-_]?token)$/i

// `shell: python` and the like: the script is not one of a shell.
const OTHER_LANGUAGE = /^(?:python|node|perl|ruby|deno)/

/** Follows the steps of a job in order and adds what they publish to the findings. Returns the state after them. */
export function readSteps(steps: readonly Tree[], context: StepsContext): ShellState {
  const { directory, variables, versionsSet, node } = context
  const npm = node && bundledNpm(node)
  const start = { directory, variables, versionsSet, node, npm, secrets: [] }
  return new StepsReader(context, 0).read(steps, start)
}

class StepsReader {
  readonly #context: StepsContext
  readonly #depth: number
  /** The directory of the composite action whose steps these are. */
  readonly #action: string | undefined

  constructor(context: StepsContext, depth: number, action?: string) {
    this.#context = context
    this.#depth = depth
    this.#action = action
  }

  read(steps: readonly Tree[], start: ShellState): ShellState {
    return steps.reduce((state, step) => {
      const condition = textOf(child(step, 'if'))
      return isNever(condition, this.#context.bindings) ? state : this.#step(step, state)
    }, start)
  }

  #step(step: Tree, state: ShellState): ShellState {
    const variables = this.#variablesOf(child(step, 'env'), state.variables)
    const uses = textOf(child(step, 'uses'))
    if (uses !== undefined) return this.#uses(step, uses, { ...state, variables }, state)
    const run = child(step, 'run')
    const script = textOf(run)
    if (run === undefined || script === undefined) return state
    if (OTHER_LANGUAGE.test(textOf(child(step, 'shell')) ?? '')) {
      this.#trace(step, { variables })
      return state
    }
    const directory = this.#directoryOf(step, state)
    const placeOf = (line: number) => placeOfLine(run, line)
    const { findings } = this.#context
    const before = findings.commands.length
    const after = readScript(
      this.#text(script, variables),
      placeOf,
      { ...state, directory, variables },
      { ...this.#context, within: step },
    )
    this.#trace(step, { variables, commands: findings.commands.slice(before) })
    // Each step has a shell of its own; only files outlive it.
    const { secrets, registriesSet, indexesSet, tools, versionsSet } = after
    const { node, npm } = after.node?.from === 'command' ? state : after
    return { ...state, secrets, registriesSet, indexesSet, node, npm, tools, versionsSet }
  }

  #trace(step: Tree, found: Partial<JobStep> & Pick<JobStep, 'variables'>): void {
    const condition = textOf(child(step, 'if'))
    this.#context.trace.push({
      place: step.place,
      tree: step,
      inputs: new Map(),
      commands: [],
      ...found,
      ...(condition !== undefined && { condition }),
      ...(this.#action !== undefined && { inAction: this.#action }),
    })
  }

  #uses(step: Tree, uses: string, inside: ShellState, state: ShellState): ShellState {
    const inputs = new Map(
      entriesOf(child(step, 'with')).map(([name, value]) => [
        name,
        this.#text(textOf(value) ?? '', inside.variables),
      ]),
    )
    const action = actionUse(child(step, 'uses') ?? step, uses)
    this.#trace(step, { variables: inside.variables, inputs, action })
    if (action.name === 'actions/checkout')
      return { ...state, ...checkedOut(inputs, this.#context.manifests) }
    if (action.name === 'actions/setup-python') {
      const written = inputs.get('python-version') ?? ''
      return { ...state, python: pythonAsked(written, child(step, 'uses')?.place ?? step.place) }
    }
    if (action.name === 'actions/setup-node') {
      const set = setUpNode(step, inputs, state, this.#context.textOf)
      return { ...set, variables: withToken(state.variables, inside.variables) }
    }
    if (setsUpTool(action)) return setUpTool(step, action, inputs, state, this.#context.textOf)
    if (maySetUpNode(action)) return { ...state, node: undefined, npm: undefined }
    if (uses.startsWith('./')) return this.#composite(step, uses.slice(2), inputs, inside, state)
    const found = recogniseAction(action, inputs, inside.variables)
    if (found?.kind === 'publish') this.#publish(found, step, uses, action, inside)
    if (found?.kind === 'shell') this.#script(found.script, step, action, inside)
    if (found?.kind === 'unplayed') {
      this.#context.findings.unknowns.push({ place: action.place, sentence: found.sentence })
    }
    return state
  }

  /** The command that an action runs for the step, as `publish:` of changesets/action. */
  #script(script: string, step: Tree, action: ActionUse, inside: ShellState): void {
    const { findings } = this.#context
    const [publishes, commands] = [findings.publishes.length, findings.commands.length]
    const place = child(step, 'with', 'publish')?.place ?? action.place
    const context = { ...this.#context, within: step }
    readScript(this.#text(script, inside.variables), () => place, inside, context)
    const traced = this.#context.trace.at(-1)
    if (traced !== undefined) {
      const run = { ...traced, commands: findings.commands.slice(commands) }
      this.#context.trace.splice(-1, 1, run)
    }
    for (let at = publishes; at < findings.publishes.length; at++) {
      const found = findings.publishes[at]
      if (found !== undefined) findings.publishes[at] = { ...found, action }
    }
    if (findings.publishes.length > publishes) return
    const selection = { of: 'all' } as const
    const publish: Publish = { kind: 'publish', client: 'changesets', args: [], selection }
    this.#publish(publish, step, `${action.name}@${action.ref}`, action, inside)
  }

  #publish(
    publish: Publish,
    step: Tree,
    uses: string,
    action: ActionUse,
    inside: ShellState,
  ): void {
    const { manifests, findings, textOf: read } = this.#context
    const place = child(step, 'uses')?.place ?? step.place
    const use = { client: publish.client, text: '', directory: '.' }
    for (const script of releaseCommands(publish.client, '.', read)) {
      readScript(script, () => place, inside, { ...this.#context, within: step })
    }
    if (leavesNpmAlone(use, manifests.npm, read)) return
    // Where there is nothing for Python it publishes to npm only.
    if (isJupyterReleaser(action) && manifests.python.length === 0) return
    // The Python action runs in a container of its own and reads no variables of twine.
    const isApart = publish.client === 'twine' && !isJupyterReleaser(action)
    const variables: Variables = isApart ? new Map() : inside.variables
    const directory = joinInside('.', publish.directory ?? '.') ?? '.'
    const packageRoot = packageRootOf(use, read)
    const rooted = packageRoot === undefined ? publish : { ...publish, packageRoot }
    const target = targetOf(rooted, directory, { ...inside, variables }, manifests)
    for (const sentence of target.sentences) findings.unknowns.push({ place, sentence })
    const passed = entriesOf(child(step, 'with'))
      .filter(([input]) => !OF_GITHUB.test(input) && !isJupyterReleaser(action))
      .flatMap(([input, value]) =>
        secretsIn(this.#text(textOf(value) ?? '', inside.variables)).map((name) => ({
          name,
          place: value.place,
          by: 'input' as const,
          as: input,
        })),
      )
    const set = storedSecrets(publish.client, '', place, variables, secretsIn)
    findings.publishes.push({
      place,
      client: publish.client,
      ecosystem: target.ecosystem,
      text: `uses: ${uses}`,
      directory,
      args: publish.args,
      ...(target.registry !== undefined && { registry: target.registry }),
      packages: target.packages,
      storedSecrets: onceEach([...passed, ...set]),
      ...(target.files.some((file) => inside.versionsSet?.has(file)) && { setsVersion: true }),
      // An action brings a Python of its own.
      ...capabilityOf(publish, '', '.', { ...inside, python: undefined }, this.#context.textOf),
      action,
      within: step,
    })
  }

  #composite(
    step: Tree,
    written: string,
    inputs: Inputs,
    inside: ShellState,
    state: ShellState,
  ): ShellState {
    const action = this.#context.actions.get(written.replace(/\/+$/, ''))
    if (action === undefined) {
      const sentence = `The action ./${written} is not in this checkout, so what it does is not read.`
      this.#context.findings.unknowns.push({ place: step.place, sentence })
    }
    if (action === undefined || this.#depth >= MAX_ACTIONS) return state
    const bindings = new Map<string, string>()
    for (const [name, input] of entriesOf(child(action, 'inputs'))) {
      const value = inputs.get(name) ?? this.#text(textOf(child(input, 'default')) ?? '', new Map())
      bindings.set(`inputs.${name}`, value)
    }
    const context = { ...this.#context, bindings, directory: '.' }
    const path = written.replace(/\/+$/, '')
    const after = new StepsReader(context, this.#depth + 1, path).read(
      itemsOf(child(action, 'runs', 'steps')),
      { ...inside, directory: '.' },
    )
    const { secrets, userRegistry, node, npm, tools, versionsSet } = after
    const variables = withToken(state.variables, after.variables)
    return { ...state, variables, secrets, userRegistry, node, npm, tools, versionsSet }
  }

  #directoryOf(step: Tree, state: ShellState): string | undefined {
    const written = textOf(child(step, 'working-directory'))
    const directory =
      written === undefined
        ? state.directory
        : pathIn('.', this.#text(written, state.variables), new Map())
    return inCheckout(directory, state.checkout)
  }

  #variablesOf(env: Tree | undefined, around: Variables): Variables {
    return withEnvironment(env, around, this.#context.bindings)
  }

  #text(text: string, variables: Variables): string {
    const ofEnv = [...variables].map(([name, { value }]) => [`env.${name}`, value] as const)
    return substitute(text, new Map([...this.#context.bindings, ...ofEnv]))
  }
}

/** The token that actions/setup-node exports, if it sees one: to the steps after it, and to those after a composite action. */
function withToken(variables: Variables, inside: Variables): Variables {
  const token = inside.get('NODE_AUTH_TOKEN')
  return token === undefined ? variables : new Map([...variables, ['NODE_AUTH_TOKEN', token]])
}

/** The variables around, with those of an `env:` block over them. */
export function withEnvironment(
  env: Tree | undefined,
  around: Variables,
  bindings: Bindings,
): Variables {
  const set = entriesOf(env).map(([name, value]): [string, Variable] => [
    name,
    { value: substitute(textOf(value) ?? '', bindings), place: value.place },
  ])
  return set.length === 0 ? around : new Map([...around, ...set])
}
