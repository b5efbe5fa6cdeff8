import { refuse } from '../errors.ts'
import type {
  NpmPublishOptions,
  NugetPublishOptions,
  PyPiPublishOptions,
} from '../options/publish.ts'
import { requireEnvironment } from './environment.ts'
import { npmTarget } from './npm-target.ts'
import { nugetTarget } from './nuget-target.ts'
import { pypiTargets } from './pypi-target.ts'
import type { Target } from './targets.ts'

/** Where a release publishes to. */
export class Publisher {
  readonly #context: { readonly type: string; readonly releaseEnvironment: string | undefined }
  readonly #targets: Target[] = []

  constructor(type: string, releaseEnvironment: string | undefined) {
    this.#context = { type, releaseEnvironment }
  }

  get targets(): readonly Target[] {
    return this.#targets
  }

  publishToNpm(
    options: NpmPublishOptions & {
      readonly packageName: string
      readonly access?: 'public' | 'restricted' | undefined
    },
  ): void {
    const { packageName, access, ...rest } = options
    this.#add(npmTarget(rest, { ...this.#context, package: packageName, access }))
  }

  publishToPyPi(options: PyPiPublishOptions & { readonly packageName: string }): void {
    const { packageName, ...rest } = options
    for (const target of pypiTargets(rest, { ...this.#context, package: packageName }))
      this.#add(target)
  }

  publishToNuget(options: NugetPublishOptions & { readonly packageName: string }): void {
    const { packageName, ...rest } = options
    this.#add(nugetTarget(rest, { ...this.#context, package: packageName }))
  }

  #add(target: Target): void {
    if (this.#targets.some(({ job }) => job === target.job)) {
      throw refuse('publisher_twice', { target: `${target.kind} in the job ${target.job}` })
    }
    requireEnvironment(this.#context.type, 'githubEnvironment', target.environment)
    this.#targets.push(target)
  }
}
