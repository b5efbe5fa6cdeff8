import type { JobStep } from '../github/job.ts'

interface CommonTarget {
  /** The job that publishes. */
  readonly job: string
  /** The name of the package there. */
  readonly package: string
  /** Whether the job publishes with an ID token. */
  readonly trusted: boolean
  readonly environment: string
  readonly before: readonly JobStep[]
  readonly after: readonly JobStep[]
}

export interface NpmTarget extends CommonTarget {
  readonly kind: 'npm'
  readonly registry: string
  /** Undefined leaves it to npm. */
  readonly access: 'public' | 'restricted' | undefined
  /** Undefined leaves the choice to npm. */
  readonly provenance: boolean | undefined
  /** The secret with the stored token, without trusted publishing. */
  readonly tokenSecret: string | undefined
}

export interface PypiTarget extends CommonTarget {
  readonly kind: 'pypi'
  /** The upload address; undefined for PyPI's. */
  readonly url: string | undefined
  readonly attestations: boolean
  readonly usernameSecret: string
  readonly passwordSecret: string
}

export interface NugetTarget extends CommonTarget {
  readonly kind: 'nuget'
  readonly apiKeySecret: string
  readonly usernameSecret: string
}

/** A place that a release publishes to. */
export type Target = NpmTarget | PypiTarget | NugetTarget

export const NPM_REGISTRY = 'https://registry.npmjs.org/'
export const GITHUB_PACKAGES = 'https://npm.pkg.github.com/'
/** The host, whatever path somebody adds to it. */
export function isGithubPackages(registry: string): boolean {
  return new URL(registry).host === new URL(GITHUB_PACKAGES).host
}

/** An address that can stand in a script and in a settings file as it is; undefined for any other text. */
export function plainAddress(text: string): string | undefined {
  if (!/^https?:\/\/[\w.:[\]-]+(?:\/[\w.~%+@-]*)*$/i.test(text) || !URL.canParse(text))
    return undefined
  return new URL(text).href
}

export const PYPI_UPLOAD = 'https://upload.pypi.org/legacy/'
export const TEST_PYPI_UPLOAD = 'https://test.pypi.org/legacy/'

/** The jobs that a publishing job waits for: what TestPyPI refuses is not published to PyPI. */
export function jobsBefore(target: Target, all: readonly Target[]): readonly string[] {
  if (target.job !== 'release_pypi') return []
  return all.map(({ job }) => job).filter((job) => job === 'release_testpypi')
}
