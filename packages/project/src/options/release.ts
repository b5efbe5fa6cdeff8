import type { Job, JobStep } from '../github/job.ts'
import type { ReleasableCommits, ReleaseTrigger } from '../release/choices.ts'
import type { OptionTable } from './check.ts'

/** How a project is released, whatever it publishes. */
export interface ReleaseOptions {
  /** Whether to write a release pipeline. @default whether anything is published */
  readonly release?: boolean | undefined
  /** The branch that releases. @default 'main' */
  readonly defaultReleaseBranch?: string | undefined
  /** What starts a release. @default ReleaseTrigger.continuous() */
  readonly releaseTrigger?: ReleaseTrigger | undefined
  /** Name of the workflow and of its file. @default 'release', in subprojects 'release_<name>' */
  readonly releaseWorkflowName?: string | undefined
  /** Steps of the build job before dependencies are installed. */
  readonly releaseWorkflowSetupSteps?: readonly JobStep[] | undefined
  /** Variables of the build job. */
  readonly releaseWorkflowEnv?: Readonly<Record<string, string>> | undefined
  /** Further branches that release, e.g. `{ '2.x': { majorVersion: 2 } }`. */
  readonly releaseBranches?: Readonly<Record<string, BranchOptions>> | undefined
  /** Holds the default branch to this major version. */
  readonly majorVersion?: number | undefined
  /** The least major version of the default branch. */
  readonly minMajorVersion?: number | undefined
  /** Makes every release of the default branch a prerelease with this identifier, e.g. `beta`. */
  readonly prerelease?: string | undefined
  /** The dist-tag of the default branch. @default 'latest', or the identifier of a prerelease */
  readonly npmDistTag?: string | undefined
  /** What stands before the `v` of a tag: `a-` makes `a-v1.2.3`. @default '', in subprojects '<name>-' */
  readonly releaseTagPrefix?: string | undefined
  /** Which commits are worth a release. @default ReleasableCommits.featuresAndFixes() */
  readonly releasableCommits?: ReleasableCommits | 'features-and-fixes' | 'every-commit' | undefined
  /** The environment of all publishing jobs. @default one for each target: `npm`, `pypi` … */
  readonly releaseEnvironment?: string | undefined
  /** Whether to open an issue when a release fails. @default false */
  readonly releaseFailureIssue?: boolean | undefined
  /** @default 'failed-release' */
  readonly releaseFailureIssueLabel?: string | undefined
  /** Steps of the build job after the build. */
  readonly postBuildSteps?: readonly JobStep[] | undefined
  /** Whether the publishing jobs stop short of publishing. @default false */
  readonly publishDryRun?: boolean | undefined
  /** Labels of the runner. @default ['ubuntu-latest'] */
  readonly workflowRunsOn?: readonly string[] | undefined
  /** The container of the build job. */
  readonly workflowContainerImage?: string | undefined
  /** The folder of what is published. @default 'dist' */
  readonly artifactsDirectory?: string | undefined
  /** Whether to write a workflow that builds pull requests. @default true */
  readonly buildWorkflow?: boolean | undefined
  /** Further jobs of the release workflow, run after the build. */
  readonly releaseJobs?: Readonly<Record<string, Job>> | undefined
}

/** A branch that releases besides the default one. */
export interface BranchOptions {
  readonly majorVersion?: number | undefined
  readonly minorVersion?: number | undefined
  readonly minMajorVersion?: number | undefined
  readonly prerelease?: string | undefined
  readonly npmDistTag?: string | undefined
  /** The environment of the publishing jobs in runs for this branch. */
  readonly environment?: string | undefined
  /** No effect: one workflow file serves all branches. */
  readonly workflowName?: string | undefined
  readonly tagPrefix?: string | undefined
  /** No effect: the release with the highest stable version is the latest one. */
  readonly githubReleaseLatest?: unknown
}

export const BRANCH_OPTIONS: OptionTable<BranchOptions> = {
  majorVersion: 'number',
  minorVersion: 'number',
  minMajorVersion: 'number',
  prerelease: 'text',
  npmDistTag: 'text',
  environment: 'text',
  workflowName: {
    unused:
      'a trusted publisher is bound to one workflow file, so one file serves all branches and needs to be configured once.',
  },
  tagPrefix: {
    refused:
      'all branches of a project share its tags, since the versions are compared with each other; set releaseTagPrefix.',
  },
  githubReleaseLatest: {
    unused: 'the release with the highest stable version is marked as the latest one.',
  },
}

export const RELEASE_OPTIONS: OptionTable<ReleaseOptions> = {
  release: 'flag',
  defaultReleaseBranch: 'text',
  releaseTrigger: 'object',
  releaseWorkflowName: 'text',
  releaseWorkflowSetupSteps: 'list',
  releaseWorkflowEnv: 'object',
  releaseBranches: 'object',
  majorVersion: 'number',
  minMajorVersion: 'number',
  prerelease: 'text',
  npmDistTag: 'text',
  releaseTagPrefix: 'text',
  releasableCommits: 'any',
  releaseEnvironment: 'text',
  releaseFailureIssue: 'flag',
  releaseFailureIssueLabel: 'text',
  postBuildSteps: 'list',
  publishDryRun: 'flag',
  workflowRunsOn: 'texts',
  workflowContainerImage: 'text',
  artifactsDirectory: {
    refused: 'the jobs hand everything over in dist, where people and tools look for it.',
  },
  buildWorkflow: 'flag',
  releaseJobs: 'object',
}
