import { BRANCH, expression } from '../github/expression.ts'
import type { Job, JobStep } from '../github/job.ts'
import type { Release } from './release.ts'
import { CHECK_DIGESTS, OPEN_ISSUE, RELEASE_AT_GITHUB, TAG_AT_GITHUB } from './scripts.ts'

/** What takes longer than this hangs. */
export const SHORT_MINUTES = 10

/** Tags the commit: the only job besides the last that may write to the repository, and it runs nothing of it. */
export function tagJob({ settings }: Release): Job {
  const dryRun = settings.publishDryRun ? ' && false' : ''
  return {
    name: 'Tag the commit',
    needs: ['release'],
    if: `needs.release.outputs.release == 'true' && !inputs.dry_run${dryRun}`,
    timeoutMinutes: SHORT_MINUTES,
    permissions: { contents: 'write' },
    reasons: { contents: 'creates the tag' },
    outputs: { go: { stepId: 'tag', outputName: 'go' } },
    steps: [
      {
        name: 'Tag the commit',
        id: 'tag',
        env: {
          GH_TOKEN: expression('github.token'),
          TAG: expression('needs.release.outputs.tag'),
          BRANCH: BRANCH,
        },
        run: TAG_AT_GITHUB,
      },
    ],
  }
}

/** What every job after the tag waits for. */
export const AFTER_TAG: { readonly needs: readonly string[]; readonly if: string } = {
  needs: ['release', 'release_tag'],
  if: "needs.release_tag.outputs.go == 'true'",
}

/** The files of the build job, compared with the digests that it listed. `folder` is where they are laid. */
export function artifactSteps(folder: string): JobStep[] {
  return [
    {
      name: 'Download what is released',
      id: 'download',
      uses: 'actions/download-artifact',
      with: { 'artifact-ids': expression('needs.release.outputs.artifact_id'), path: folder },
    },
    {
      name: 'Check the digests',
      id: 'check_digests',
      env: { DIGESTS: expression('needs.release.outputs.digests') },
      workingDirectory: folder,
      run: CHECK_DIGESTS,
    },
  ]
}

export function githubReleaseJob(release: Release, published: readonly string[]): Job {
  return {
    name: 'Publish to GitHub Releases',
    needs: [...AFTER_TAG.needs, ...published],
    if: AFTER_TAG.if,
    timeoutMinutes: SHORT_MINUTES,
    permissions: { contents: 'write' },
    reasons: { contents: 'creates the release page' },
    steps: [
      ...artifactSteps('dist'),
      {
        name: 'Release',
        id: 'release',
        env: {
          GH_TOKEN: expression('github.token'),
          GH_REPO: expression('github.repository'),
          TAG: expression('needs.release.outputs.tag'),
          LATEST:
            release.project.parent === undefined
              ? expression('needs.release.outputs.latest')
              : 'false',
          PRERELEASE: expression('needs.release.outputs.prerelease'),
        },
        run: RELEASE_AT_GITHUB,
      },
    ],
  }
}

/** In a job of its own: a publishing job must not be able to write to the repository. */
export function issueJob({ settings }: Release, all: readonly string[]): Job {
  return {
    name: 'Open an issue',
    needs: all,
    if: 'failure()',
    timeoutMinutes: SHORT_MINUTES,
    permissions: { issues: 'write' },
    reasons: { issues: 'opens the issue' },
    steps: [
      {
        name: 'Open an issue',
        id: 'issue',
        env: {
          GH_TOKEN: expression('github.token'),
          GH_REPO: expression('github.repository'),
          LABEL: settings.releaseFailureIssueLabel ?? 'failed-release',
          TAG: expression('needs.release.outputs.tag'),
          RUN: `${expression('github.server_url')}/${expression('github.repository')}/actions/runs/${expression('github.run_id')}`,
        },
        run: OPEN_ISSUE,
      },
    ],
  }
}
