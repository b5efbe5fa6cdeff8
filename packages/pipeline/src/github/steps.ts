import type { Recognised } from '../steps/commands.ts'
import { incapableNode } from '../steps/npm-versions.ts'
import { readScript, type ScriptContext, type ShellState } from '../steps/script.ts'
import { onceEach, storedSecrets } from '../steps/secrets.ts'
import { targetOf } from '../steps/target.ts'
import { pathIn, type Variable, type Variables } from '../steps/variables.ts'
import { child, entriesOf, itemsOf, placeOfLine, type Tree, textOf } from '../yaml/tree.ts'
import { recogniseAction } from './actions.ts'
import { type Bindings, isFalse, secretsIn, substitute } from './expressions.ts'

type Publish = Extract<Recognised, { kind: 'publish' }>

/** What the steps of a job, or of a composite action, run in. */
export interface StepsContext extends ScriptContext {
  /** Composite actions of the repository, by the path that `uses: ./…` names, without `./`. */
  readonly actions: ReadonlyMap<string, Tree>
  readonly bindings: Bindings
  /** `defaults.run.working-directory`. */
  readonly directory: string | undefined
  readonly variables: Variables
  /** What the jobs before have set. */
  readonly versionsSet: ShellState['versionsSet']
}

// GitHub allows ten composite actions within each other.
const MAX_ACTIONS = 10

// `shell: python` and the like: the script is not one of a shell.
const OTHER_LANGUAGE = /^(?:python|node|perl|ruby|deno)/

/** Follows the steps of a job in order and adds what they publish to the findings. Returns the state after them. */
export function readSteps(steps: readonly Tree[], context: StepsContext): ShellState {
  const { directory, variables, versionsSet } = context
  return new StepsReader(context, 0).read(steps, { directory, variables, versionsSet, secrets: [] })
}

class StepsReader {
  readonly #context: StepsContext
  readonly #depth: number

  constructor(context: StepsContext, depth: number) {
    this.#context = context
    this.#depth = depth
  }

  read(steps: readonly Tree[], start: ShellState): ShellState {
    return steps.reduce((state, step) => {
      return isFalse(textOf(child(step, 'if'))) ? state : this.#step(step, state)
    }, start)
  }

  #step(step: Tree, state: ShellState): ShellState {
    const variables = this.#variablesOf(child(step, 'env'), state.variables)
    const uses = textOf(child(step, 'uses'))
    if (uses !== undefined) return this.#uses(step, uses, { ...state, variables }, state)
    const run = child(step, 'run')
    const script = textOf(run)
    if (run === undefined || script === undefined) return state
    if (OTHER_LANGUAGE.test(textOf(child(step, 'shell')) ?? '')) return state
    const directory = this.#directoryOf(step, state)
    const placeOf = (line: number) => placeOfLine(run, line)
    const { secrets, incapableNpm, versionsSet } = readScript(
      this.#text(script, variables),
      placeOf,
      { ...state, directory, variables },
      this.#context,
    )
    // Each step has a shell of its own; only files outlive it.
    return { ...state, secrets, incapableNpm, versionsSet }
  }

  #uses(step: Tree, uses: string, inside: ShellState, state: ShellState): ShellState {
    const inputs = new Map(
      entriesOf(child(step, 'with')).map(([name, value]) => [
        name,
        this.#text(textOf(value) ?? '', inside.variables),
      ]),
    )
    if (/^actions\/setup-node@/i.test(uses)) {
      const fromFile = inputs.has('node-version-file')
      const node = inputs.get('node-version') ?? (fromFile ? '' : undefined)
      return {
        ...state,
        userRegistry: inputs.get('registry-url') ?? state.userRegistry,
        // Another Node comes with an npm of its own, also after an earlier upgrade.
        incapableNpm: node === undefined ? state.incapableNpm : incapableNode(node),
      }
    }
    if (uses.startsWith('./')) return this.#composite(step, uses.slice(2), inputs, inside, state)
    const found = recogniseAction(uses, inputs)
    if (found?.kind === 'publish') this.#publish(found, step, uses, inside)
    if (found?.kind === 'unplayed') {
      const place = child(step, 'uses')?.place ?? step.place
      this.#context.findings.unknowns.push({ place, sentence: found.sentence })
    }
    return state
  }

  #publish(publish: Publish, step: Tree, uses: string, inside: ShellState): void {
    const { manifests, findings } = this.#context
    const place = child(step, 'uses')?.place ?? step.place
    // The Python action runs in a container of its own and reads no variables of twine.
    const variables: Variables = publish.client === 'npm' ? inside.variables : new Map()
    const target = targetOf(publish, '.', { ...inside, variables }, manifests)
    for (const sentence of target.sentences) findings.unknowns.push({ place, sentence })
    const passed = entriesOf(child(step, 'with')).flatMap(([, value]) =>
      secretsIn(this.#text(textOf(value) ?? '', inside.variables)).map((name) => ({
        name,
        place: value.place,
      })),
    )
    const set = storedSecrets(publish.client, '', place, variables, secretsIn)
    findings.publishes.push({
      place,
      client: publish.client,
      ecosystem: target.ecosystem,
      text: `uses: ${uses}`,
      directory: '.',
      args: publish.args,
      ...(target.registry !== undefined && { registry: target.registry }),
      packages: target.packages,
      storedSecrets: onceEach([...passed, ...set]),
      ...(target.files.some((file) => inside.versionsSet?.has(file)) && { setsVersion: true }),
      ...(publish.incapable !== undefined && { incapable: publish.incapable }),
    })
  }

  #composite(
    step: Tree,
    written: string,
    inputs: ReadonlyMap<string, string>,
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
    const after = new StepsReader(context, this.#depth + 1).read(
      itemsOf(child(action, 'runs', 'steps')),
      { ...inside, directory: '.' },
    )
    const { secrets, userRegistry, incapableNpm, versionsSet } = after
    return { ...state, secrets, userRegistry, incapableNpm, versionsSet }
  }

  #directoryOf(step: Tree, state: ShellState): string | undefined {
    const written = textOf(child(step, 'working-directory'))
    if (written === undefined) return state.directory
    return pathIn('.', this.#text(written, state.variables), new Map())
  }

  #variablesOf(env: Tree | undefined, around: Variables): Variables {
    return withEnvironment(env, around, this.#context.bindings)
  }

  #text(text: string, variables: Variables): string {
    const ofEnv = [...variables].map(([name, { value }]) => [`env.${name}`, value] as const)
    return substitute(text, new Map([...this.#context.bindings, ...ofEnv]))
  }
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
