export { GithubActions } from '../github/actions.ts'
export { GitHub } from '../github/github.ts'
export * as workflows from '../github/job.ts'
export { GithubWorkflow, type GithubWorkflowOptions } from '../github/workflow.ts'
