import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Component } from '../component.ts'
import type { Dependencies, DependencyType } from '../dependencies.ts'
import { JsonFile } from '../files/json-file.ts'
import { DEFAULT_LICENSE } from '../license.ts'
import type { NodeProjectOptions, NpmAccess } from '../options/node.ts'
import type { Project } from '../project.ts'
import { repositoryUrl } from '../repository.ts'

/** `package.json` of a project. */
export class NodePackage extends Component {
  readonly file: JsonFile
  readonly packageName: string
  /** Undefined leaves it to npm: a new package is public unless it is scoped, an existing one stays as it is. */
  readonly access: NpmAccess | undefined
  readonly #options: NodeProjectOptions
  readonly #keywords: string[]
  readonly #bin: Record<string, string>
  readonly #engines: Record<string, string>
  readonly #fields = new Map<string, unknown>()
  readonly #scripts: Record<string, string>

  constructor(project: Project, options: NodeProjectOptions) {
    super(project)
    this.#options = options
    this.packageName = options.packageName ?? options.name
    this.access = options.npmAccess
    this.#keywords = [...(options.keywords ?? [])]
    this.#bin = { ...options.bin }
    this.#engines = { node: engineRange(options) }
    this.#scripts = { ...options.scripts }
    this.file = new JsonFile(project, 'package.json', {
      obj: () => this.#manifest(),
      omitEmpty: true,
    })
  }

  /** Sets a field, whatever else says something about it. */
  addField(name: string, value: unknown): void {
    this.#fields.set(name, value)
  }

  addKeywords(...keywords: readonly string[]): void {
    for (const keyword of keywords)
      if (!this.#keywords.includes(keyword)) this.#keywords.push(keyword)
  }

  addBin(bins: Readonly<Record<string, string>>): void {
    Object.assign(this.#bin, bins)
  }

  addEngine(engine: string, range: string): void {
    this.#engines[engine] = range
  }

  setScript(name: string, command: string): void {
    this.#scripts[name] = command
  }

  removeScript(name: string): void {
    delete this.#scripts[name]
  }

  #manifest(): Record<string, unknown> {
    const { description, homepage, license = DEFAULT_LICENSE, entrypoint, esm } = this.#options
    return {
      name: this.packageName,
      version: '0.0.0',
      description,
      keywords: this.#keywords,
      homepage,
      bugs: bugsOf(this.#options),
      repository: this.#repository(),
      license,
      author: authorOf(this.#options),
      stability: this.#options.stability,
      type: esm ? 'module' : undefined,
      main: entrypoint === '' ? undefined : (entrypoint ?? 'lib/index.js'),
      bin: this.#bin,
      engines: this.#engines,
      publishConfig: this.access === undefined ? {} : { access: this.access },
      scripts: { ...taskScripts(this.project), ...this.#scripts },
      ...this.#dependencies(),
      ...Object.fromEntries(this.#fields),
    }
  }

  #repository(): unknown {
    const { repository, directory } = this.project
    if (repository === undefined) return undefined
    const at = this.#options.repositoryDirectory ?? (directory === '.' ? undefined : directory)
    return { type: 'git', url: `git+${repositoryUrl(repository)}.git`, directory: at }
  }

  #dependencies(): Record<string, unknown> {
    const { deps } = this.project
    const known = knownRanges(this.file.absolutePath)
    const bundled = deps.ofType('bundled').map(({ name }) => name)
    return {
      dependencies: ranges(deps, ['runtime', 'bundled'], known),
      peerDependencies: ranges(deps, ['peer'], known),
      optionalDependencies: ranges(deps, ['optional'], known),
      devDependencies: ranges(deps, ['build', 'test', 'devenv'], known),
      bundledDependencies: bundled,
      overrides: ranges(deps, ['override'], known),
    }
  }
}

/** Every task is a script; tasks that a task runs are run by their names. */
function taskScripts({ tasks }: Project): Record<string, string> {
  const entries = tasks.all.flatMap((task) => {
    const call = (name: string, args: string) =>
      `npm run ${name}${args === '' ? '' : ` -- ${args}`}`
    const command = tasks.commandOf(task, call)
    return command === undefined ? [] : [[task.name, command] as const]
  })
  return Object.fromEntries(entries)
}

function ranges(
  deps: Dependencies,
  types: readonly DependencyType[],
  known: ReadonlyMap<string, string>,
): Record<string, string> {
  const entries = deps
    .ofType(...types)
    .map(({ name, version }) => [name, version ?? known.get(name) ?? '*'] as const)
  return Object.fromEntries(entries)
}

/** The ranges in the file as it is: a dependency without one in the definition keeps what an install has written. */
function knownRanges(path: string): ReadonlyMap<string, string> {
  try {
    const manifest = JSON.parse(readFileSync(join(path), 'utf8')) as Record<string, unknown>
    const groups = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']
    return new Map(
      groups.flatMap((group) => Object.entries((manifest[group] ?? {}) as Record<string, string>)),
    )
  } catch {
    return new Map()
  }
}

/** The Node on which generated projects are built and tested themselves. */
const LEAST_NODE = '20.0.0'

function engineRange({ minNodeVersion = LEAST_NODE, maxNodeVersion }: NodeProjectOptions): string {
  return `>= ${minNodeVersion}${maxNodeVersion === undefined ? '' : ` <= ${maxNodeVersion}`}`
}

function authorOf(options: NodeProjectOptions): unknown {
  const { authorName, authorEmail, authorUrl, authorOrganization } = options
  if (authorName === undefined) return undefined
  const person = { name: authorName, email: authorEmail, url: authorUrl }
  return authorOrganization ? { ...person, organization: true } : person
}

function bugsOf({ bugsUrl, bugsEmail }: NodeProjectOptions): unknown {
  return bugsUrl === undefined && bugsEmail === undefined
    ? undefined
    : { url: bugsUrl, email: bugsEmail }
}
