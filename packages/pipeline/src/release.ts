import type { RecordedPublisher } from '@trustpub/identity'
import { type Credentials, credentialsOf } from './credentials.ts'
import type { SourceFile } from './edits/edit.ts'
import type { Pipeline, PublishJob, PublishStep } from './model.ts'
import { once } from './once.ts'
import type { Place } from './place.ts'
import { hostOf, registryOf } from './publishers/registries.ts'
import type { Manifests } from './repository/manifests.ts'

export type { Credentials } from './credentials.ts'

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
export const uploadsOf: (release: Release) => readonly TrustedUpload[] = once(findUploads)

function findUploads({ pipeline, record = [] }: Release): readonly TrustedUpload[] {
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
