import { Component } from '../component.ts'
import { refuse } from '../errors.ts'
import { TextFile } from '../files/text-file.ts'
import { TomlFile } from '../files/toml-file.ts'
import type { Job } from '../github/job.ts'
import type { GithubWorkflow } from '../github/workflow.ts'
import { checkOptions } from '../options/check.ts'
import { BRANCH_OPTIONS, type BranchOptions, type ReleaseOptions } from '../options/release.ts'
import type { Project } from '../project.ts'
import { branchSettings } from './branches.ts'
import { ReleasableCommits, ReleaseTrigger } from './choices.ts'
import { cliffConfig } from './cliff-config.ts'
import { GithubRelease } from './github-release.ts'
import { GitlabRelease } from './gitlab-release.ts'
import { planScript } from './plan-script.ts'
import { checkPlanSettings, type PlanSettings } from './plan-settings.ts'
import { Publisher } from './publisher.ts'
import type { BuildRecipe } from './recipe.ts'
import { PublisherRecord } from './record.ts'

export interface ReleaseSettings extends ReleaseOptions {
  /** The project type, for errors. */
  readonly type: string
  readonly recipe: BuildRecipe
  /** The name of the project's package. */
  readonly packageName: string
  /** The Node of all jobs, as far as it is asked for. */
  readonly workflowNodeVersion?: string | undefined
  /** Whether a Python package is released, whose versions are spelled differently. */
  readonly python: boolean
}

/** The release of a project: when, with which version, and where to. */
export class Release extends Component {
  readonly publisher: Publisher
  readonly settings: ReleaseSettings
  readonly trigger: ReleaseTrigger
  /** What stands before the `v` of a tag. */
  readonly tagPrefix: string
  readonly workflowName: string
  /** The workflow, if the project is at GitHub. */
  readonly workflow: GithubWorkflow | undefined
  readonly #jobs = new Map<string, Job>()
  readonly #branches = new Map<string, BranchOptions>()

  constructor(project: Project, settings: ReleaseSettings) {
    super(project)
    const ownName = plainName(project.name)
    const isRoot = project.parent === undefined
    requirePlainPath(settings.type, project.directory)
    this.settings = settings
    const { type, packageName, releaseEnvironment } = settings
    this.publisher = new Publisher({ type, packageName, releaseEnvironment })
    this.trigger = ReleaseTrigger.from(settings.type, settings.releaseTrigger)
    this.tagPrefix = settings.releaseTagPrefix ?? (isRoot ? '' : `${ownName}-`)
    this.workflowName = settings.releaseWorkflowName ?? (isRoot ? 'release' : `release_${ownName}`)
    this.addJobs(settings.releaseJobs ?? {})
    // A definition that cannot be planned is refused where it is written, not when its files are rendered.
    checkPlanSettings(this.planSettings)
    for (const [name, options] of Object.entries(settings.releaseBranches ?? {}))
      this.addBranch(name, options)
    new TextFile(project, '.trustpub/plan-release.sh', {
      text: () => withMarker(planScript(this.planSettings), project.marker),
      executable: true,
    })
    new TomlFile(project, '.trustpub/cliff.toml', { obj: () => cliffConfig(this.planSettings) })
    this.workflow =
      project.github === undefined ? undefined : new GithubRelease(this, project.github).workflow
    if (project.gitlab) new GitlabRelease(this)
    PublisherRecord.of(project.root).add(this)
  }

  /** The release of a project, if it has one. */
  static of(project: Project): Release | undefined {
    return project.components.find((component) => component instanceof Release)
  }

  /** The branches that release, by name. */
  get branches(): readonly string[] {
    return this.planSettings.branches.map(({ name }) => name)
  }

  /** Jobs of the workflow besides those that build and publish. */
  get jobs(): Readonly<Record<string, Job>> {
    return Object.fromEntries(this.#jobs)
  }

  get planSettings(): PlanSettings {
    const { type, python, recipe, releasableCommits } = this.settings
    const options = { ...this.settings, releaseBranches: Object.fromEntries(this.#branches) }
    const { types } = ReleasableCommits.from(type, releasableCommits)
    return {
      gitCliff: recipe.gitCliff,
      tagPrefix: this.tagPrefix,
      branches: branchSettings(type, options, python),
      releasable: types === 'every' ? 'every-commit' : types,
      python,
      ...(this.project.directory === '.' ? {} : { path: this.project.directory }),
    }
  }

  addJobs(jobs: Readonly<Record<string, Job>>): void {
    for (const [id, job] of Object.entries(jobs)) {
      if (this.#jobs.has(id)) throw refuse('job_twice', { workflow: this.workflowName, job: id })
      this.#jobs.set(id, job)
    }
  }

  addBranch(name: string, options: BranchOptions): void {
    const at = `releaseBranches["${name}"].`
    this.project.notes.push(...checkOptions(this.settings.type, options, BRANCH_OPTIONS, at))
    this.#branches.set(name, options)
    checkPlanSettings(this.planSettings)
  }
}

/** The path of the project stands in scripts and patterns of every CI. */
function requirePlainPath(type: string, path: string): void {
  if (/^[\w@.+/-]+$/.test(path)) return
  const reason = 'where something is released, use letters, digits, and / . _ - + @ only.'
  throw refuse('option_invalid', { type, option: 'outdir', value: path, reason })
}

/** `@acme/widget` → `acme-widget`: what files and tags can be called. */
function plainName(name: string): string {
  return name.replace(/^@/, '').replace(/[^\w.-]+/g, '-')
}

/** Below the line that names the shell. */
function withMarker(script: string, marker: string): string {
  return script.replace('\n', `\n# ${marker}\n`)
}
