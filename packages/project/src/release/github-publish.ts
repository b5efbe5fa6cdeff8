import { expression } from '../github/expression.ts'
import type { Job, JobPermissions, JobStep } from '../github/job.ts'
import { toolSteps } from '../github/tools.ts'
import { AFTER_TAG, artifactSteps, SHORT_MINUTES } from './github-jobs.ts'
import { publishingNode } from './node-version.ts'
import { TOOL_VERSIONS } from './recipe.ts'
import type { Release } from './release.ts'
import { checkPythonVersion, PUBLISH_TO_NUGET, publishToNpm, pushToNuget } from './scripts.ts'
import {
  isGithubPackages,
  jobsBefore,
  NPM_REGISTRY,
  type NpmTarget,
  type NugetTarget,
  type PypiTarget,
  type Target,
} from './targets.ts'

/**
 * A job that publishes. It can ask for ID tokens, so it runs nothing of the project: no checkout, no dependencies, no
 * cache; what it publishes was built before, and is compared with its digests.
 */
export function publishJob(target: Target, release: Release): Job {
  const { directory } = release.project
  const folder = directory === '.' ? 'dist' : `${directory}/dist`
  const own = stepsOf(target, release, folder)
  return {
    name: `Publish to ${labelOf(target)}`,
    needs: [...AFTER_TAG.needs, ...jobsBefore(target, release.publisher.targets)],
    if: AFTER_TAG.if,
    timeoutMinutes: SHORT_MINUTES,
    permissions: permissionsOf(target),
    reasons: {
      idToken: 'asks for the ID token that the registry exchanges',
      packages: 'publishes to GitHub Packages',
    },
    environment: environmentOf(target, release),
    steps: [
      ...own.tools,
      ...artifactSteps(folder),
      ...(own.check ?? []),
      ...target.before,
      { name: 'Release', id: 'release', ...own.publish },
      ...target.after,
    ],
  }
}

interface OwnSteps {
  readonly tools: readonly JobStep[]
  readonly check?: readonly JobStep[]
  readonly publish: JobStep
}

function stepsOf(target: Target, release: Release, folder: string): OwnSteps {
  switch (target.kind) {
    case 'npm':
      return npmSteps(target, release, folder)
    case 'pypi':
      return { tools: [], check: [pythonVersionStep(folder)], publish: pypiStep(target, folder) }
    case 'nuget':
      return { tools: [], publish: nugetStep(target, folder) }
  }
}

function npmSteps(target: NpmTarget, release: Release, folder: string): OwnSteps {
  const node = publishingNode(release.settings.workflowNodeVersion)
  const stored = target.tokenSecret
  return {
    tools: toolSteps([{ name: 'node', version: node }]),
    publish: {
      env: {
        PACKAGE: target.package,
        VERSION: expression('needs.release.outputs.version'),
        NPM_DIST_TAG: expression('needs.release.outputs.dist_tag'),
        ...(stored === undefined ? {} : { NODE_AUTH_TOKEN: expression(`secrets.${stored}`) }),
      },
      run: publishToNpm({
        npm: TOOL_VERSIONS.npm,
        folder: `./${folder}/js`,
        target,
        tokenVariable: stored === undefined ? undefined : 'NODE_AUTH_TOKEN',
      }),
    },
  }
}

function pythonVersionStep(folder: string): JobStep {
  return {
    name: 'Check the version',
    id: 'check_version',
    env: { PYTHON_VERSION: expression('needs.release.outputs.python_version') },
    run: checkPythonVersion(folder),
  }
}

/** PyPI takes the same file twice and refuses another one of the same name, so a second try needs no more. */
function pypiStep(target: PypiTarget, folder: string): JobStep {
  const secrets = {
    user: expression(`secrets.${target.usernameSecret}`),
    password: expression(`secrets.${target.passwordSecret}`),
  }
  return {
    uses: 'pypa/gh-action-pypi-publish',
    with: {
      'packages-dir': `${folder}/python/`,
      ...(target.url === undefined ? {} : { 'repository-url': target.url }),
      ...(target.trusted && target.attestations ? {} : { attestations: false }),
      ...(target.trusted ? {} : secrets),
    },
  }
}

function nugetStep(target: NugetTarget, folder: string): JobStep {
  const push = pushToNuget(folder)
  const secret = target.trusted ? target.usernameSecret : target.apiKeySecret
  const variable = target.trusted ? 'NUGET_USERNAME' : 'NUGET_API_KEY'
  return {
    env: { [variable]: expression(`secrets.${secret}`) },
    run: target.trusted ? PUBLISH_TO_NUGET + push : push,
  }
}

function permissionsOf(target: Target): JobPermissions {
  const provenance = target.kind === 'npm' && target.provenance === true
  const packages = target.kind === 'npm' && isGithubPackages(target.registry)
  return {
    ...(target.trusted || provenance ? { idToken: 'write' as const } : {}),
    contents: 'read',
    ...(packages ? { packages: 'write' as const } : {}),
  }
}

/** Where branches have environments of their own, the plan tells which one this version belongs to. */
function environmentOf(target: Target, { planSettings }: Release): string {
  const branched = planSettings.branches.some(({ environment }) => environment !== undefined)
  if (!branched) return target.environment
  return expression(`needs.release.outputs.environment || '${target.environment}'`)
}

function labelOf(target: Target): string {
  if (target.kind === 'nuget') return 'NuGet Gallery'
  if (target.kind === 'pypi') {
    if (target.job === 'release_testpypi') return 'TestPyPI'
    return target.url === undefined ? 'PyPI' : new URL(target.url).host
  }
  return target.registry === NPM_REGISTRY ? 'npm' : new URL(target.registry).host
}
