import { Component } from '../component.ts'
import { refuse } from '../errors.ts'
import { GitlabCi, type GitlabJob } from '../gitlab/gitlab-ci.ts'
import {
  AFTER_TAG_AT_GITLAB,
  BUILD_AT_GITLAB,
  PLAN_AT_GITLAB,
  TAG_AT_GITLAB,
} from './gitlab-scripts.ts'
import { publishingNode } from './node-version.ts'
import { TOOL_VERSIONS } from './recipe.ts'
import type { Release } from './release.ts'
import { CHECK_UNCHANGED, checkPythonVersion, publishToNpm } from './scripts.ts'
import { jobsBefore, type NpmTarget, type PypiTarget, type Target } from './targets.ts'

const UV_IMAGE = `ghcr.io/astral-sh/uv:${TOOL_VERSIONS.uv}-python3.13-bookworm`

/** The release in GitLab CI: the same jobs as at GitHub, in the words of GitLab. */
export class GitlabRelease extends Component {
  readonly #release: Release

  constructor(release: Release) {
    super(release.project)
    this.#release = release
    GitlabCi.of(release.project.root)
  }

  override preSynthesize(): void {
    const release = this.#release
    const { targets } = release.publisher
    const name: Name = (job) =>
      release.project.parent === undefined ? job : `${job}:${release.project.directory}`
    refuseWordsOfGithub(release)
    const ci = GitlabCi.of(release.project.root)
    ci.addStages('plan', 'build', 'tag', 'publish')
    ci.addJob(name('release_plan'), planJob(release))
    ci.addJob(name('release'), buildJob(release, name))
    ci.addJob(name('release_tag'), tagJob(release, name))
    for (const target of targets) ci.addJob(name(target.job), publishJob(target, release, name))
  }
}

/** To pass such options over in silence would change what a release does. */
function refuseWordsOfGithub({ settings, jobs, planSettings, publisher }: Release): void {
  const given = {
    releaseWorkflowSetupSteps: settings.releaseWorkflowSetupSteps?.length,
    postBuildSteps: settings.postBuildSteps?.length,
    prePublishSteps: publisher.targets.some(({ before }) => before.length > 0),
    postPublishSteps: publisher.targets.some(({ after }) => after.length > 0),
    releaseJobs: Object.keys(jobs).length,
    releaseFailureIssue: settings.releaseFailureIssue,
    workflowRunsOn: settings.workflowRunsOn,
    'releaseBranches[…].environment': planSettings.branches.some((one) => one.environment),
  }
  const [option] = Object.entries(given).find(([, value]) => value) ?? []
  if (option === undefined) return
  const reason =
    "it is in the words of GitHub, and this project is at GitLab. Change the jobs in GitLab's words: project.tryFindObjectFile('.gitlab-ci.yml')?.addOverride(…)."
  throw refuse('option_refused', { type: settings.type, option, reason })
}

type Name = (job: string) => string

/** Runs git and git-cliff alone: what it says is believed by the jobs that have ID tokens. */
function planJob(release: Release): GitlabJob {
  return {
    stage: 'plan',
    image: release.settings.recipe.image,
    rules: rulesOf(release),
    variables: { GIT_DEPTH: '0' },
    script: [...inFolder(release), PLAN_AT_GITLAB],
    artifacts: {
      paths: [`${distOf(release)}/changelog.md`],
      reports: { dotenv: 'plan.env' },
    },
  }
}

/** Runs the project's dependencies, so it hands over files and no variables. */
function buildJob(release: Release, name: Name): GitlabJob {
  const { settings } = release
  const { recipe } = settings
  return {
    stage: 'build',
    image: settings.workflowContainerImage ?? recipe.image,
    needs: [name('release_plan')],
    rules: rulesOf(release),
    variables: { GIT_DEPTH: '0', ...settings.releaseWorkflowEnv },
    script: [
      BUILD_AT_GITLAB,
      ...inFolder(release),
      ...recipe.setUp,
      recipe.install,
      recipe.setVersion,
      recipe.build,
      CHECK_UNCHANGED(recipe.versioned),
      recipe.pack,
    ],
    artifacts: { paths: [`${distOf(release)}/`] },
  }
}

function inFolder({ project }: Release): readonly string[] {
  return project.directory === '.' ? [] : [`cd ${project.directory}`]
}

/** Waits for the build, but takes nothing of it. */
function tagJob(release: Release, name: Name): GitlabJob {
  return {
    stage: 'tag',
    image: 'node:24-bookworm',
    needs: [name('release_plan'), { job: name('release'), artifacts: false }],
    rules: publishingRules(release),
    resource_group: 'release',
    variables: { DIST: distOf(release) },
    script: [TAG_AT_GITLAB],
    artifacts: { reports: { dotenv: 'tag.env' } },
  }
}

function publishJob(target: Target, release: Release, name: Name): GitlabJob {
  if (target.kind === 'nuget') {
    throw refuse('option_refused', {
      type: release.settings.type,
      option: 'publishToNuget',
      reason: 'nuget.org takes trusted publishers at GitHub only, and this project is at GitLab.',
    })
  }
  const own = target.kind === 'npm' ? npmJob(target, release) : pypiJob(target, release)
  return {
    stage: 'publish',
    needs: [
      'release_plan',
      'release',
      'release_tag',
      ...jobsBefore(target, release.publisher.targets),
    ].map(name),
    rules: publishingRules(release),
    resource_group: 'release',
    environment: target.environment,
    ...own,
  }
}

function npmJob(target: NpmTarget, release: Release): GitlabJob {
  const node = publishingNode(release.settings.workflowNodeVersion).replace(/\.x$/, '')
  const idTokens = {
    // npm asks for nothing else, and the registry takes nothing else (docs.npmjs.com, "Trusted publishing").
    NPM_ID_TOKEN: { aud: `npm:${new URL(target.registry).hostname}` },
    SIGSTORE_ID_TOKEN: { aud: 'sigstore' },
  }
  return {
    image: `node:${/^\d/.test(node) ? node : '24'}-bookworm`,
    ...(target.trusted ? { id_tokens: idTokens } : {}),
    variables: { GIT_STRATEGY: 'empty', PACKAGE: target.package },
    script: [
      AFTER_TAG_AT_GITLAB,
      publishToNpm({
        npm: TOOL_VERSIONS.npm,
        folder: `./${distOf(release)}/js`,
        target,
        tokenVariable: target.tokenSecret,
      }),
    ],
  }
}

function pypiJob(target: PypiTarget, release: Release): GitlabJob {
  const audience = pypiAudience(target)
  const variable = `${audience.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase()}_ID_TOKEN`
  const url = target.url === undefined ? '' : ` --publish-url ${target.url}`
  const stored = `UV_PUBLISH_USERNAME="$${target.usernameSecret}" UV_PUBLISH_PASSWORD="$${target.passwordSecret}"`
  const publish = target.trusted
    ? `uv publish --trusted-publishing always${url}`
    : `${stored} uv publish${url}`
  return {
    image: UV_IMAGE,
    ...(target.trusted ? { id_tokens: { [variable]: { aud: audience } } } : {}),
    variables: { GIT_STRATEGY: 'empty' },
    script: [
      AFTER_TAG_AT_GITLAB,
      checkPythonVersion(distOf(release)),
      `${publish} ${distOf(release)}/python/*`,
    ],
  }
}

/** What the index asks ID tokens for: names for the public ones, elsewhere mostly the host (docs.pypi.org, "Internals"). */
function pypiAudience({ url, job }: PypiTarget): string {
  if (job === 'release_testpypi') return 'testpypi'
  return url === undefined ? 'pypi' : new URL(url).hostname
}

function distOf({ project }: Release): string {
  return project.directory === '.' ? 'dist' : `${project.directory}/dist`
}

/** A dry run ends with the build. */
function publishingRules(release: Release): readonly GitlabJob[] {
  return release.settings.publishDryRun ? [{ when: 'never' }] : rulesOf(release)
}

/** Runs for the release branches; for a version tag to resume a release; by hand for either. */
function rulesOf({ branches, trigger, tagPrefix }: Release): readonly GitlabJob[] {
  const tag = {
    if: `$CI_COMMIT_TAG =~ /^${tagPrefix.replace(/[^\w-]/g, '\\$&')}v[0-9]/ && $CI_PIPELINE_SOURCE != "push"`,
  }
  const pushedTag = { if: `$CI_COMMIT_TAG =~ /^${tagPrefix.replace(/[^\w-]/g, '\\$&')}v[0-9]/` }
  const ofBranches = branches.map((branch) => ({
    if: `$CI_COMMIT_BRANCH == ${JSON.stringify(branch)}`,
  }))
  switch (trigger.kind) {
    case 'tagged':
      return [pushedTag]
    case 'scheduled':
      return [
        tag,
        ...ofBranches.map((rule) => ({ if: `${rule.if} && $CI_PIPELINE_SOURCE == "schedule"` })),
      ]
    case 'dispatch':
      return [
        tag,
        ...ofBranches.map((rule) => ({ if: `${rule.if} && $CI_PIPELINE_SOURCE == "web"` })),
      ]
    case 'continuous':
      return [
        tag,
        ...ofBranches.map((rule) =>
          trigger.values.length === 0 ? rule : { ...rule, changes: trigger.values },
        ),
      ]
  }
}
