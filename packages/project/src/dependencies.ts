import { refuse } from './errors.ts'

/** What a dependency is needed for. */
export const DependencyType = {
  RUNTIME: 'runtime',
  PEER: 'peer',
  BUNDLED: 'bundled',
  BUILD: 'build',
  TEST: 'test',
  DEVENV: 'devenv',
  OPTIONAL: 'optional',
  OVERRIDE: 'override',
} as const
export type DependencyType = (typeof DependencyType)[keyof typeof DependencyType]

export interface Dependency {
  readonly name: string
  /** A range; undefined where any version will do. */
  readonly version?: string
  readonly type: DependencyType
}

/** The dependencies of a project, each once for every type. */
export class Dependencies {
  readonly #all: Dependency[] = []

  get all(): readonly Dependency[] {
    return this.#all.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  ofType(...types: readonly DependencyType[]): readonly Dependency[] {
    return this.all.filter(({ type }) => types.includes(type))
  }

  /**
   * Adds `name` or `name@range` (Python: also `name>=1,<2`); what was known of it before is replaced.
   * @throws ProjectError `dependency_invalid`
   */
  addDependency(spec: string, type: DependencyType): Dependency {
    const dependency: Dependency = { ...parseDependency(spec), type }
    const at = this.#all.findIndex((one) => one.name === dependency.name && one.type === type)
    if (at >= 0) this.#all.splice(at, 1)
    this.#all.push(dependency)
    return dependency
  }

  tryGetDependency(name: string, type?: DependencyType): Dependency | undefined {
    return this.#all.find((one) => one.name === name && (type === undefined || one.type === type))
  }

  /** @throws ProjectError `dependency_unknown` */
  getDependency(name: string, type?: DependencyType): Dependency {
    const found = this.tryGetDependency(name, type)
    if (found !== undefined) return found
    throw refuse('dependency_unknown', { name, type: type === undefined ? '' : ` of type ${type}` })
  }

  removeDependency(name: string, type?: DependencyType): void {
    const kept = this.#all.filter(
      (one) => one.name !== name || (type !== undefined && one.type !== type),
    )
    this.#all.splice(0, this.#all.length, ...kept)
  }
}

/** `@acme/widget@^1`, `requests>=2,<3`, `uvicorn[standard]@^0.30`. */
const SPEC =
  /^(?<name>(?:@[a-z0-9~._-]+\/)?[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[A-Za-z0-9._,-]+\])?)(?:@(?<range>\S.*)|(?<python>\s*[=~<>!]=?.*))?$/

export function parseDependency(spec: string): Pick<Dependency, 'name' | 'version'> {
  const groups = SPEC.exec(spec.trim())?.groups
  if (groups?.name === undefined) throw refuse('dependency_invalid', { spec })
  const version = (groups.range ?? groups.python)?.trim()
  return { name: groups.name, ...(version === undefined ? {} : { version }) }
}
