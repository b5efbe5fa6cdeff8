import type { IdTokenAccess, Job, JobStep, Setting } from '../job.ts'
import type { PublishJob, Unknown } from '../model.ts'
import type { Manifests } from '../repository/manifests.ts'
import { bundledNpm, nodeOfImage } from '../steps/node-versions.ts'
import { pythonOfImage } from '../steps/python-versions.ts'
import { readScript } from '../steps/script.ts'
import type { SecretFinder } from '../steps/secrets.ts'
import type { Findings, ShellState } from '../steps/shell-state.ts'
import { expand, isOpen, type Variable, type Variables } from '../steps/variables.ts'
import { inOrder, publishKey, type Work, type WorkBefore } from '../steps/work.ts'
import {
  child,
  entriesOf,
  isMap,
  itemsOf,
  placeOfLine,
  spell,
  type Tree,
  textOf,
  textsOf,
} from '../yaml/tree.ts'
import { dereferenced, extended, scriptLines } from './merge.ts'
import { jobsBefore } from './order.ts'
import { triggersOf } from './rules.ts'

/** Keys of a configuration that name no job (docs, "CI/CD YAML syntax"). */
const RESERVED = new Set(
  'default include stages variables workflow spec image services cache before_script after_script id_tokens'.split(
    ' ',
  ),
)

/** Keys that a job takes from `default:`, or from the top level where that is still allowed. */
const INHERITED = ['before_script', 'after_script', 'id_tokens', 'image']
const GLOBAL = new Set(['before_script', 'after_script', 'image'])

export interface GitlabContext {
  readonly manifests: Manifests
  readonly defaultBranch: string
  /** The text of a file, by its path from the root. */
  readonly textOf: (file: string) => string | undefined
}

/** The jobs of an assembled configuration. */
export function readGitlabJobs(
  config: Tree,
  entry: string,
  context: GitlabContext,
): { readonly jobs: readonly (Job | PublishJob)[]; readonly unknowns: readonly Unknown[] } {
  const unknowns: Unknown[] = []
  const problem = (sentence: string, { place }: Tree): void => {
    unknowns.push({ place, sentence })
  }
  const global = child(config, 'id_tokens')
  if (global !== undefined) {
    problem(
      '`id_tokens:` at the top level is not valid in GitLab and gives no job an ID token; move it into the job or under `default:`.',
      global,
    )
  }
  const written = new Map<string, Tree>()
  for (const [id, tree] of entriesOf(config)) {
    if (RESERVED.has(id) || id.startsWith('.') || !isMap(tree)) continue
    const job = dereferenced(inherited(extended(tree, config, problem), config), config)
    written.set(id, job)
    const trigger = child(job, 'trigger')
    if (trigger !== undefined) {
      problem(
        `Job "${id}" starts another pipeline, which is not read; what that one publishes is not checked.`,
        trigger,
      )
    }
  }
  const work = inOrder<string>(
    (id) => jobsBefore(id, written, config),
    (id, before) => readScripts(written.get(id) ?? config, config, before, context, unknowns),
  )
  const jobs = [...written].map(([id, job]) => {
    const needs = jobsBefore(id, written, config)
    return jobOf(id, job, config, context, { entry, needs, work: work(id) }, unknowns)
  })
  return { jobs, unknowns }
}

/** The job with the defaults it does not set itself. `inherit: { default: … }` limits them. */
function inherited(job: Tree, config: Tree): Tree {
  if (!isMap(job)) return job
  const keys = new Map(job.value)
  for (const key of INHERITED) {
    const ofDefault = child(config, 'default', key)
    const value = ofDefault ?? (GLOBAL.has(key) ? child(config, key) : undefined)
    if (value !== undefined && !keys.has(key) && inherits(job, 'default', key)) keys.set(key, value)
  }
  return { ...job, value: keys }
}

function inherits(job: Tree, what: 'default' | 'variables', key: string): boolean {
  const limit = child(job, 'inherit', what)
  if (limit === undefined) return true
  return textOf(limit) === undefined ? textsOf(limit).includes(key) : textOf(limit) !== 'false'
}

function readScripts(
  job: Tree,
  config: Tree,
  before: WorkBefore,
  context: GitlabContext,
  unknowns: Unknown[],
): Work {
  const findings: Findings = {
    publishes: [],
    unknowns,
    builds: new Set(before.builds),
    commands: [],
  }
  const trace: JobStep[] = []
  const shared = variablesOf(job, config)
  const scripts = [
    ...scriptLines(child(job, 'before_script'), config),
    ...scriptLines(child(job, 'script'), config),
  ]
  const states = parallelRows(job).map((row) => {
    const variables = new Map([...shared, ...row])
    const { manifests, textOf: ofFile } = context
    const findSecrets = secretFinder(variables, job, scripts)
    const read = { manifests, findSecrets, findings, textOf: ofFile }
    const image = child(job, 'image')
    const node = image && nodeOfImage(imageOf(job, variables), image.place)
    const start: ShellState = {
      directory: '.',
      variables,
      secrets: [],
      ...(node && { node, npm: bundledNpm(node) }),
      python: image && pythonOfImage(imageOf(job, variables), image.place),
      versionsSet: before.versionsSet,
    }
    return scripts.reduce((state, line) => {
      const done = findings.commands.length
      const at = (index: number) => placeOfLine(line, index)
      const after = readScript(textOf(line) ?? '', at, state, { ...read, within: line })
      const commands = findings.commands.slice(done)
      trace.push({ place: line.place, tree: line, inputs: new Map(), commands, variables })
      return after
    }, start)
  })
  return {
    publishes: [...new Map(findings.publishes.map((one) => [publishKey(one), one])).values()],
    // The rows of a matrix run the same lines.
    steps: trace.slice(0, scripts.length),
    builds: findings.builds,
    versionsSet: new Set(states.flatMap((state) => [...(state.versionsSet ?? [])])),
  }
}

interface JobFacts {
  readonly entry: string
  readonly needs: readonly string[]
  readonly work: Work
}

function jobOf(
  id: string,
  job: Tree,
  config: Tree,
  context: GitlabContext,
  { entry, needs, work: { publishes, steps, builds } }: JobFacts,
  unknowns: Unknown[],
): Job | PublishJob {
  const variables = variablesOf(job, config)
  const image = child(job, 'image')
  const found: Job = {
    id,
    place: job.place,
    entry,
    // An ID token names only the file at the top, wherever the job stands.
    file: entry,
    triggers: triggersOf(job, child(config, 'workflow'), context.defaultBranch),
    environment: environmentOf(job, variables),
    idToken: idTokenAccess(id, job, config, publishes.length > 0 ? unknowns : []),
    permissions: { from: 'default', scopes: new Map() },
    runners: [{ known: true, value: textsOf(child(job, 'tags')) }],
    ...(image && { image: settingOf(imageOf(job, variables)) }),
    steps,
    needs,
    rows: Math.max(1, parallelRows(job).length),
    source: { workflow: config, job, written: child(config, id) ?? job, callers: [] },
  }
  return publishes.length === 0 ? found : { ...found, publishes, builds: [...builds] }
}

function imageOf(job: Tree, variables: Variables): string {
  const image = child(job, 'image')
  return expand(textOf(image) ?? textOf(child(image, 'name')) ?? '', variables)
}

function settingOf(text: string): Setting<string> {
  if (isOpen(text)) return { known: false, expression: text }
  return { known: true, value: text === '' ? undefined : text }
}

function variablesOf(job: Tree, config: Tree): Variables {
  const ofConfig = entriesOf(child(config, 'variables')).filter(([name]) =>
    inherits(job, 'variables', name),
  )
  return new Map([...ofConfig, ...entriesOf(child(job, 'variables'))].map(variableOf))
}

/** `NAME: value` or `NAME: { value, description }`. */
function variableOf([name, tree]: readonly [string, Tree]): [string, Variable] {
  return [name, { value: textOf(tree) ?? textOf(child(tree, 'value')) ?? '', place: tree.place }]
}

// GitLab starts at most this many jobs from one matrix (docs, `parallel:matrix`).
const MAX_ROWS = 200

/** The variables of each job that `parallel: matrix:` starts; one empty row without it. */
function parallelRows(job: Tree): readonly Variables[] {
  const rows = itemsOf(child(job, 'parallel', 'matrix')).flatMap((entry) =>
    entriesOf(entry).reduce<readonly Variables[]>(
      (sum, [name, values]) => {
        const place = values.place
        const grown = sum.flatMap((row) =>
          textsOf(values).map((value): Variables => new Map([...row, [name, { value, place }]])),
        )
        return grown.length > MAX_ROWS ? sum : grown
      },
      [new Map()],
    ),
  )
  return rows.length === 0 ? [new Map()] : rows.slice(0, MAX_ROWS)
}

/** Secrets are variables of the project's settings: mentioned, named like a secret, and set nowhere in the file. */
function secretFinder(variables: Variables, job: Tree, scripts: readonly Tree[]): SecretFinder {
  const text = scripts.map((line) => textOf(line) ?? '').join('\n')
  const declared = new Set([
    ...['id_tokens', 'secrets'].flatMap((key) => entriesOf(child(job, key)).map(([name]) => name)),
    ...assignedIn(text),
  ])
  return (text, script = text) => {
    const own = new Set(assignedIn(script))
    return [...text.matchAll(/\$\{?(\w+)/g)]
      .map(([, name = '']) => name)
      .filter(
        (name) =>
          /TOKEN|PASSW|(?:^|_)PASS(?:_|$)|_PWD$|SECRET|AUTH|KEY/i.test(name) &&
          !name.startsWith('CI_'),
      )
      .filter((name) => !declared.has(name) && !own.has(name) && !isSet(name, variables))
  }
}

/** `token=$(curl …)`; but `TOKEN=${TOKEN:-x}` is still the one of the settings. */
function assignedIn(script: string): readonly string[] {
  return [...script.matchAll(/(?:^|[\s;&|(])(\w+)=(?!\S*\$\{?\1\b)/gm)].map(([, name = '']) => name)
}

/** `TOKEN: $TOKEN` sets nothing: the variable of the settings is what it was. */
function isSet(name: string, variables: Variables): boolean {
  const value = variables.get(name)?.value
  return value !== undefined && value !== `$${name}` && value !== `\${${name}}`
}

/** `environment: name` or `environment: { name }`. */
function environmentOf(job: Tree, variables: Variables): Setting<string> {
  const written = child(job, 'environment')
  return settingOf(expand(textOf(written) ?? textOf(child(written, 'name')) ?? '', variables))
}

/** Every ID token of GitLab is a declared variable with a fixed audience (docs, "CI/CD YAML syntax", `id_tokens`). */
function idTokenAccess(id: string, job: Tree, config: Tree, unknowns: Unknown[]): IdTokenAccess {
  const declared = child(job, 'id_tokens')
  const variables = entriesOf(declared).flatMap(([name, token]) => {
    const aud = child(token, 'aud')
    // GitLab puts variables in (docs, "ID token authentication").
    const audiences = textsOf(aud).map((one) => expand(one, variablesOf(job, config)))
    if (audiences.length > 1) {
      const sentence = `${name} has several audiences; PyPI and crates.io refuse that, so declare one variable per audience.`
      unknowns.push({ place: aud?.place ?? token.place, sentence })
    }
    const place = token.place
    return audiences[0] === undefined ? [] : [{ name, audience: audiences[0], place }]
  })
  if (declared !== undefined && variables.length > 0) {
    const names = variables.map(({ name }) => name).join(', ')
    const reason = `Job "${id}" gets ID tokens: ${names} declared at ${spell(declared.place)}.`
    return { granted: true, reason, place: declared.place, variables }
  }
  const global = child(config, 'id_tokens')
  const cause =
    global === undefined
      ? 'neither it nor `default:` declares `id_tokens`'
      : `the \`id_tokens\` at ${spell(global.place)} stand at the top level, where GitLab does not take them`
  const reason = `Job "${id}" (${spell(job.place)}) gets no ID token: ${cause}; write \`id_tokens:\` in the job, with a variable and its \`aud\`.`
  return { granted: false, reason, place: (global ?? job).place, variables: [] }
}
