import type { RecordedPublisher } from '@trustpub/identity'
import type { SourceFile } from './edits/edit.ts'
import type { Pipeline, PublishJob, PublishStep } from './model.ts'
import type { Place } from './place.ts'
import { hostOf, registryOf } from './publishers/registries.ts'
import type { Manifests } from './repository/manifests.ts'

/** Everything that checks and migrations know of a release. */
export interface Release {
  readonly pipeline: Pipeline
  readonly manifests: Manifests
  /** `trusted-publishers.json`, as far as it is about this CI; undefined if there is no such file. */
  readonly record?: readonly RecordedPublisher[]
  /** What is wrong with that file, where it cannot be read. */
  readonly recordProblem?: string
  /** The text of a file of the repository. */
  readonly source: (file: string) => SourceFile | undefined
  /** The tags of the repository, as far as git has them here. */
  readonly tags: readonly string[]
  /** What the registries said, where they were asked. */
  readonly online?: Online
}

/** What registries publish about packages. */
export interface Online {
  /** By `npm:<name>` or `pypi:<name>`; absent where a registry could not be asked. */
  readonly packages: ReadonlyMap<string, OnlinePackage>
}

export interface OnlinePackage {
  readonly exists: boolean
  readonly latest?: string
  /** Who built the newest version that has provenance. */
  readonly builtBy?: {
    readonly repository: string
    readonly workflow: string
    readonly version: string
  }
}

/** How a step comes by its leave to upload, as far as the repository tells. */
export type Credentials =
  /** ID tokens and nothing stored. */
  | 'trusted'
  /** A stored token and no ID tokens. */
  | 'token'
  /** Both: the token hides whether trusted publishing works. */
  | 'both'
  /** Neither: it will be refused. */
  | 'none'
  /** A step before it may fetch credentials from somewhere. */
  | 'unknown'

/** A step that uploads to a registry with trusted publishing. */
export interface TrustedUpload {
  readonly job: PublishJob
  readonly step: PublishStep
  /** The registry's address, that of the public one where nothing else is said. */
  readonly registry: string
  readonly credentials: Credentials
}

/** The public registries with trusted publishing. */
export const TRUSTING: readonly string[] = ['registry.npmjs.org', 'pypi.org', 'test.pypi.org']

/** The steps that upload to registries with trusted publishing: the public ones, and those of the record. */
export function uploadsOf({ pipeline, record = [] }: Release): readonly TrustedUpload[] {
  const hosts = new Set([...TRUSTING, ...record.map(({ registry }) => hostOf(registry))])
  return pipeline.jobs.flatMap((job) =>
    job.publishes
      .filter((step) => !isOpenRegistry(step) && hosts.has(hostOf(registryOf(step))))
      .map((step) => {
        const registry = registryOf(step)
        return { job, step, registry, credentials: credentialsOf(job, step, pipeline.provider) }
      }),
  )
}

/** A registry that only a run knows. */
function isOpenRegistry({ registry }: PublishStep): boolean {
  return registry?.includes('$') === true
}

/** Actions that put secrets from a vault into the environment. */
const LOADERS =
  /^(?:hashicorp\/vault-action|1password\/load-secrets-action|aws-actions\/aws-secretsmanager-get-secrets|google-github-actions\/get-secretmanager-secrets|azure\/get-keyvault-secrets|bitwarden\/sm-action|dopplerhq\/.*|infisical\/secrets-action|akeyless-community\/.*|grafana\/shared-workflows.*vault.*)$/

function credentialsOf(job: PublishJob, step: PublishStep, provider: string): Credentials {
  const stored = step.storedSecrets.length > 0
  if (job.idToken.granted) return stored ? 'both' : 'trusted'
  if (stored) return 'token'
  // GitLab puts the variables of the project's settings into every job.
  if (provider === 'gitlab') return 'unknown'
  return mayFetchCredentials(job) ? 'unknown' : 'none'
}

/** Whether some step could bring a token that the file does not show. */
function mayFetchCredentials({ steps, runners }: PublishJob): boolean {
  const loads = steps.some(
    ({ action, commands }) =>
      (action !== undefined && LOADERS.test(action.name)) ||
      commands.some(({ words }) =>
        /^(?:vault|op|aws|gcloud|az|doppler|sops|gpg)$/.test(words[0] ?? ''),
      ),
  )
  // A runner of one's own may have a configuration of its own.
  const own = runners.some((one) => !one.known || one.value?.includes('self-hosted'))
  return loads || own
}

/** Where a file begins, for findings about the whole of it. */
export function startOf(file: string): Place {
  return { file, line: 1, column: 1 }
}

/** `@acme/widget` of the directories that a step publishes. */
export function packageNames({ pipeline }: Release, step: PublishStep): readonly string[] {
  return pipeline.packages
    .filter((pkg) => pkg.ecosystem === step.ecosystem && step.packages.includes(pkg.directory))
    .map(({ name }) => name)
}
