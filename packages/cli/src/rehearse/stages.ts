import type { RecordedPublisher } from '@trustpub/identity'
import {
  audienceOf,
  hostOf,
  type Pipeline,
  PUBLIC,
  type PublishJob,
  type PublishStep,
  registryOf,
} from '@trustpub/pipeline'
import { openStage, type Stage } from './stage.ts'
import type { Workspace } from './workspace.ts'

/** What one stage stands for: an npm registry and a Python index, as one run of an entry workflow meets them. */
interface Part {
  readonly entry: string
  npm?: string
  pypi?: string
  stage?: Stage
}

export interface StagesOptions {
  readonly pipeline: Pipeline
  readonly publishers: readonly RecordedPublisher[]
  readonly upstreams: { readonly npm: URL; readonly pypi: URL }
}

/**
 * The stages of a rehearsal, each opened when the first step needs it. PyPI and TestPyPI are two; and two workflows
 * that publish the same version are two runs, of which one does not find what the other has published.
 */
export class Stages {
  readonly #workspace: Workspace
  readonly #options: StagesOptions
  readonly #parts: Part[] = []

  constructor(workspace: Workspace, options: StagesOptions) {
    this.#workspace = workspace
    this.#options = options
    for (const job of options.pipeline.jobs) {
      for (const step of job.publishes) this.#partOf(job, step)
    }
  }

  /** Those that were opened, in the order of the jobs. */
  get open(): readonly Stage[] {
    return this.#parts.flatMap(({ stage }) => stage ?? [])
  }

  async for(job: PublishJob, step: PublishStep): Promise<Stage> {
    const part = this.#partOf(job, step)
    part.stage ??= await openStage(this.#workspace, {
      provider: this.#options.pipeline.provider,
      publishers: this.#options.publishers.filter((publisher) => isFor(part, publisher)),
      audiences: {
        npm: audienceOf('npm', part.npm ?? PUBLIC.npm),
        pypi: audienceOf('pypi', part.pypi ?? PUBLIC.pypi),
      },
      upstreams: this.#options.upstreams,
    })
    return part.stage
  }

  async close(): Promise<void> {
    for (const stage of this.open) await stage.close()
  }

  #partOf(job: PublishJob, step: PublishStep): Part {
    const registry = registryOf(step)
    const fits = (part: Part) =>
      part.entry === job.entry && sameOrFree(part[step.ecosystem], registry)
    let part = this.#parts.find(fits)
    if (part === undefined) {
      part = { entry: job.entry }
      this.#parts.push(part)
    }
    part[step.ecosystem] ??= registry
    return part
  }
}

function sameOrFree(taken: string | undefined, registry: string): boolean {
  return taken === undefined || hostOf(taken) === hostOf(registry)
}

function isFor(part: Part, { package: name, registry }: RecordedPublisher): boolean {
  const own = name.startsWith('npm:') ? part.npm : part.pypi
  return own !== undefined && hostOf(own) === hostOf(registry)
}
