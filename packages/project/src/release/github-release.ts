import { Component } from '../component.ts'
import { GROUP } from '../github/expression.ts'
import type { GitHub } from '../github/github.ts'
import type { GithubWorkflow, Triggers } from '../github/workflow.ts'
import { buildJob } from './github-build.ts'
import { githubReleaseJob, issueJob, tagJob } from './github-jobs.ts'
import { publishJob } from './github-publish.ts'
import type { Release } from './release.ts'

/** The release workflow at GitHub. One file serves all branches, since trusted publishers are bound to the file. */
export class GithubRelease extends Component {
  readonly workflow: GithubWorkflow
  readonly #release: Release

  constructor(release: Release, github: GitHub) {
    super(release.project)
    this.#release = release
    this.workflow = github.addWorkflow(release.workflowName, {
      concurrency: { group: GROUP, cancelInProgress: false },
    })
  }

  /** Late, so that everything that was added to the release is there. */
  override preSynthesize(): void {
    const release = this.#release
    const { workflow } = this
    const { targets } = release.publisher
    const published = targets.map(({ job }) => job)
    // What the definition itself says of an event stays.
    workflow.on({ ...triggersOf(release), ...workflow.triggers })
    workflow.addJob('release', buildJob(release))
    workflow.addJob('release_tag', tagJob(release))
    for (const target of targets) workflow.addJob(target.job, publishJob(target, release))
    workflow.addJobs(release.jobs)
    workflow.addJob('release_github', githubReleaseJob(release, published))
    if (release.settings.releaseFailureIssue) {
      const all = ['release', 'release_tag', ...published, 'release_github']
      workflow.addJob('release_failed', issueJob(release, all))
    }
  }
}

function triggersOf({ trigger, branches, tagPrefix }: Release): Triggers {
  const byHand = {
    workflowDispatch: {
      inputs: {
        dry_run: {
          description: 'Plan, build and check, but publish nothing',
          type: 'boolean',
          required: false,
          default: false,
        },
      },
    },
  }
  switch (trigger.kind) {
    case 'continuous': {
      const paths = trigger.values.length === 0 ? {} : { paths: trigger.values }
      return { push: { branches: branches.map(literally), ...paths }, ...byHand }
    }
    case 'scheduled':
      return { schedule: trigger.values.map((cron) => ({ cron })), ...byHand }
    case 'tagged': {
      const tags = trigger.values.length === 0 ? [`${tagPrefix}v*`] : trigger.values
      return { push: { tags }, ...byHand }
    }
    case 'dispatch':
      return byHand
  }
}

/** The name of a branch as a pattern that only it fits (docs.github.com, "Filter pattern cheat sheet"). */
function literally(branch: string): string {
  return branch.replace(/[+!]/g, '\\$&')
}
