import { refuse } from '../errors.ts'
import { checkOptions, type OptionRow } from '../options/check.ts'
import {
  NPM_PUBLISH_OPTIONS,
  type NpmPublishOptions,
  NUGET_PUBLISH_OPTIONS,
  type NugetPublishOptions,
  PYPI_PUBLISH_OPTIONS,
  type PyPiPublishOptions,
} from '../options/publish.ts'
import { requireEnvironment } from './environment.ts'
import { npmTarget } from './npm-target.ts'
import { nugetTarget } from './nuget-target.ts'
import { pypiTargets } from './pypi-target.ts'
import type { Target } from './targets.ts'

/** What a publish takes besides its options. */
interface PackageOptions {
  /** @default the name of the project's package */
  readonly packageName?: string | undefined
}

interface Context {
  /** The project type, for errors. */
  readonly type: string
  /** The name of a package where the call tells none. */
  readonly packageName: string
  readonly releaseEnvironment: string | undefined
}

/** Where a release publishes to. */
export class Publisher {
  readonly #context: Context
  readonly #targets: Target[] = []

  constructor(context: Context) {
    this.#context = context
  }

  get targets(): readonly Target[] {
    return this.#targets
  }

  publishToNpm(
    options: NpmPublishOptions &
      PackageOptions & { readonly access?: 'public' | 'restricted' | undefined } = {},
  ): void {
    const { packageName, access, ...rest } = options
    this.#check(rest, NPM_PUBLISH_OPTIONS)
    this.#add(npmTarget(rest, { ...this.#named(packageName), access }))
  }

  publishToPyPi(options: PyPiPublishOptions & PackageOptions = {}): void {
    const { packageName, ...rest } = options
    this.#check(rest, PYPI_PUBLISH_OPTIONS)
    for (const target of pypiTargets(rest, this.#named(packageName))) this.#add(target)
  }

  publishToNuget(options: NugetPublishOptions & PackageOptions = {}): void {
    const { packageName, ...rest } = options
    this.#check(rest, NUGET_PUBLISH_OPTIONS)
    this.#add(nugetTarget(rest, this.#named(packageName)))
  }

  /** Definitions call these methods too, and may be JavaScript. */
  #check(options: object, table: Readonly<Record<string, OptionRow>>): void {
    checkOptions(`The publisher of ${this.#context.type}`, options, table)
  }

  #named(packageName: string | undefined) {
    return { ...this.#context, package: packageName ?? this.#context.packageName }
  }

  #add(target: Target): void {
    if (this.#targets.some(({ job }) => job === target.job)) {
      throw refuse('publisher_twice', { target: `${target.kind} in the job ${target.job}` })
    }
    requireEnvironment(this.#context.type, 'githubEnvironment', target.environment)
    this.#targets.push(target)
  }
}
