import { Component } from '../component.ts'
import { refuse } from '../errors.ts'
import type { YamlFile } from '../files/yaml-file.ts'
import type { GitHub } from './github.ts'
import { type Job, type JobPermissions, kebab, kebabKeys, renderJob } from './job.ts'
import { WorkflowFile } from './workflow-file.ts'

export interface GithubWorkflowOptions {
  /** @default made from the name */
  readonly fileName?: string | undefined
  readonly runName?: string | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Permissions of jobs that name none. @default none at all */
  readonly permissions?: JobPermissions | undefined
  /** Runs of the same group wait for each other. */
  readonly concurrency?: { readonly group: string; readonly cancelInProgress?: boolean } | undefined
}

/** Events that start a workflow, e.g. `{ push: { branches: ['main'] }, workflowDispatch: {} }`. */
export type Triggers = Readonly<Record<string, unknown>>

/** A workflow of GitHub Actions. Its file is rendered at the end and can be patched. */
export class GithubWorkflow extends Component {
  readonly name: string
  readonly fileName: string
  readonly file: YamlFile | undefined
  runName: string | undefined
  readonly #github: GitHub
  readonly #options: GithubWorkflowOptions
  readonly #triggers: Record<string, unknown> = {}
  readonly #jobs = new Map<string, Job>()

  constructor(github: GitHub, name: string, options: GithubWorkflowOptions = {}) {
    super(github.project)
    this.#github = github
    this.#options = options
    this.name = name
    this.runName = options.runName
    this.fileName = ownFileName(options.fileName) ?? workflowFileName(name)
    const path = `.github/workflows/${this.fileName}`
    if (github.project.tryFindFile(path) !== undefined)
      throw refuse('workflow_twice', { file: path })
    this.file = github.workflowsEnabled
      ? new WorkflowFile(github.project, path, { obj: () => this.#render(), jobs: this.#jobs })
      : undefined
    github.addOwnWorkflow(this)
  }

  /** The events that start it so far. */
  get triggers(): Triggers {
    return this.#triggers
  }

  on(events: Triggers): void {
    Object.assign(this.#triggers, events)
  }

  addJob(id: string, job: Job): void {
    if (this.#jobs.has(id)) throw refuse('job_twice', { workflow: this.name, job: id })
    this.#jobs.set(id, job)
  }

  addJobs(jobs: Readonly<Record<string, Job>>): void {
    for (const [id, job] of Object.entries(jobs)) this.addJob(id, job)
  }

  tryGetJob(id: string): Job | undefined {
    return this.#jobs.get(id)
  }

  getJob(id: string): Job {
    const found = this.#jobs.get(id)
    if (found !== undefined) return found
    const known = [...this.#jobs.keys()].join(', ') || 'none yet'
    throw refuse('job_unknown', { workflow: this.name, job: id, known })
  }

  updateJob(id: string, job: Job): void {
    this.getJob(id)
    this.#jobs.set(id, job)
  }

  removeJob(id: string): void {
    this.getJob(id)
    this.#jobs.delete(id)
  }

  #render(): Record<string, unknown> {
    const { env, permissions = {}, concurrency } = this.#options
    const pin = (uses: string): string => this.#github.actions.get(uses)
    const jobs = [...this.#jobs].map(([id, job]) => [id, renderJob(job, pin)] as const)
    return {
      name: this.name,
      ...(this.runName === undefined ? {} : { 'run-name': this.runName }),
      on: renderTriggers(this.#triggers),
      permissions: kebabKeys(permissions),
      ...(env === undefined ? {} : { env }),
      ...(concurrency === undefined ? {} : { concurrency: kebabKeys(concurrency) }),
      jobs: Object.fromEntries(jobs),
    }
  }
}

function ownFileName(given: string | undefined): string | undefined {
  if (given === undefined || /^[^./\\][^/\\]*\.ya?ml$/.test(given)) return given
  throw refuse('workflow_file', { file: given })
}

/** `My Release` → `my-release.yml`: what GitHub loads, and what a publisher can be bound to. */
function workflowFileName(name: string): string {
  const base = name
    .replace(/\.ya?ml$/i, '')
    .replace(/^@/, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
  if (base === '') throw refuse('workflow_name', { name })
  return `${base}.yml`
}

/** Events have underscores, what they are limited to has hyphens. */
function renderTriggers(triggers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(triggers).map(([event, value]) => {
    const limited = typeof value === 'object' && value !== null && !Array.isArray(value)
    return [kebab(event).replaceAll('-', '_'), limited ? kebabKeys(value) : value]
  })
  return Object.fromEntries(entries)
}
