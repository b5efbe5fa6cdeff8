import { Component } from '../component.ts'
import type { GithubOptions } from '../options/project.ts'
import type { Project } from '../project.ts'
import { GithubActions } from './actions.ts'
import { GithubWorkflow, type GithubWorkflowOptions } from './workflow.ts'

/** What a project has at GitHub. Workflows are files of the root project, wherever they come from. */
export class GitHub extends Component {
  readonly actions: GithubActions = new GithubActions()
  readonly workflowsEnabled: boolean
  /** Labels of the runner of building jobs. */
  readonly runsOn: readonly string[] | undefined
  readonly #workflows: GithubWorkflow[] = []

  constructor(project: Project, options: GithubOptions = {}) {
    super(project)
    this.runsOn = options.workflowRunsOn
    this.workflowsEnabled = options.workflows ?? true
  }

  /** All workflows, by name. */
  get workflows(): readonly GithubWorkflow[] {
    return this.#workflows.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** The workflow with a name, not with a file name. */
  tryFindWorkflow(name: string): GithubWorkflow | undefined {
    return this.#workflows.find((workflow) => workflow.name === name)
  }

  addWorkflow(name: string, options: GithubWorkflowOptions = {}): GithubWorkflow {
    return new GithubWorkflow(this, name, options)
  }

  /** Called by every workflow as it is made. */
  addOwnWorkflow(workflow: GithubWorkflow): void {
    this.#workflows.push(workflow)
  }
}
