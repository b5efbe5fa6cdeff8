import { refuse } from '../errors.ts'
import type { NugetPublishOptions } from '../options/publish.ts'
import type { NugetTarget } from './targets.ts'

export interface NugetContext {
  readonly type: string
  readonly package: string
  readonly releaseEnvironment: string | undefined
}

/**
 * The .NET package as a target of the release.
 * @throws ProjectError `option_conflict`
 */
export function nugetTarget(options: NugetPublishOptions, context: NugetContext): NugetTarget {
  const trusted = options.trustedPublishing ?? false
  if (trusted && options.nugetApiKeySecret !== undefined) {
    throw refuse('option_conflict', {
      type: context.type,
      first: 'trustedPublishing',
      second: `nugetApiKeySecret: "${options.nugetApiKeySecret}"`,
      reason: 'one of the two would never be used. Take the secret out.',
    })
  }
  return {
    kind: 'nuget',
    job: 'release_nuget',
    package: context.package,
    trusted,
    apiKeySecret: options.nugetApiKeySecret ?? 'NUGET_API_KEY',
    usernameSecret: options.nugetUsernameSecret ?? 'NUGET_USERNAME',
    environment: options.githubEnvironment ?? context.releaseEnvironment ?? 'nuget',
    before: options.prePublishSteps ?? [],
    after: options.postPublishSteps ?? [],
  }
}
