import type { JobStep } from '../github/job.ts'
import type { OptionTable } from './check.ts'

/** What every publishing job takes. */
interface CommonPublishOptions {
  /** Whether the job publishes with an ID token of the CI in place of a stored secret. @default false */
  readonly trustedPublishing?: boolean | undefined
  /** The environment of the job; a trusted publisher can ask for it. @default releaseEnvironment, or the target's name */
  readonly githubEnvironment?: string | undefined
  /** Steps of the publishing job before the publish. They can ask for ID tokens too, so keep them few. */
  readonly prePublishSteps?: readonly JobStep[] | undefined
  readonly postPublishSteps?: readonly JobStep[] | undefined
  /** No effect: the tools of a publishing job are pinned. */
  readonly publishTools?: unknown
}

export interface NpmPublishOptions extends CommonPublishOptions {
  /** The registry to publish to. @default npm's public one */
  readonly registry?: string | undefined
  /** The secret with a stored token. @default 'NPM_TOKEN' without trusted publishing */
  readonly npmTokenSecret?: string | undefined
  /** Whether provenance is asked for; false never makes any. @default npm's own choice: where the repository is public */
  readonly npmProvenance?: boolean | undefined
  /** No effect: the dist-tag follows from the version. */
  readonly distTag?: unknown
}

export interface PyPiPublishOptions extends CommonPublishOptions {
  /** The upload address. @default PyPI's; TestPyPI's is `https://test.pypi.org/legacy/` */
  readonly twineRegistryUrl?: string | undefined
  /** Whether to publish to TestPyPI: before PyPI, or in place of it. @default false */
  readonly testPypi?: boolean | 'only' | undefined
  /** The secret with a user name. @default 'TWINE_USERNAME' without trusted publishing */
  readonly twineUsernameSecret?: string | undefined
  /** The secret with a password or API token. @default 'TWINE_PASSWORD' without trusted publishing */
  readonly twinePasswordSecret?: string | undefined
  /** Whether attestations (PEP 740) are made. @default true with trusted publishing */
  readonly attestations?: boolean | undefined
}

export interface NugetPublishOptions extends CommonPublishOptions {
  /** The secret with an API key. @default 'NUGET_API_KEY' without trusted publishing */
  readonly nugetApiKeySecret?: string | undefined
  /** The secret with the user name that trusted publishing at nuget.org asks for. @default 'NUGET_USERNAME' */
  readonly nugetUsernameSecret?: string | undefined
}

const COMMON: OptionTable<CommonPublishOptions> = {
  trustedPublishing: 'flag',
  githubEnvironment: 'text',
  prePublishSteps: 'list',
  postPublishSteps: 'list',
  publishTools: { unused: 'the tools of a publishing job are pinned.' },
}

const CODE_ARTIFACT = {
  refused:
    'AWS CodeArtifact has no trusted publishers. Publish to it from a job of your own: project.release.addJobs({ … }).',
} as const

export const NPM_PUBLISH_OPTIONS: OptionTable<
  NpmPublishOptions & { codeArtifactOptions?: unknown }
> = {
  ...COMMON,
  registry: 'text',
  npmTokenSecret: 'text',
  npmProvenance: 'flag',
  distTag: {
    unused:
      'the dist-tag follows from the version; npmDistTag of the project or of a branch names another.',
  },
  codeArtifactOptions: CODE_ARTIFACT,
}

export const PYPI_PUBLISH_OPTIONS: OptionTable<
  PyPiPublishOptions & { codeArtifactOptions?: unknown }
> = {
  ...COMMON,
  twineRegistryUrl: 'text',
  testPypi: 'any',
  twineUsernameSecret: 'text',
  twinePasswordSecret: 'text',
  attestations: 'flag',
  codeArtifactOptions: CODE_ARTIFACT,
}

export const NUGET_PUBLISH_OPTIONS: OptionTable<NugetPublishOptions & { nugetServer?: unknown }> = {
  ...COMMON,
  nugetApiKeySecret: 'text',
  nugetUsernameSecret: 'text',
  nugetServer: {
    refused: "trusted publishing is nuget.org's. Publish to another server from a job of your own.",
  },
}
