export type { Check, Finding, Severity } from './checks/check.ts'
export { CHECKS } from './checks/index.ts'
export { type Examination, examine, examineAll, type Ignored } from './checks/run.ts'
export { KNOWN_HOSTS } from './checks/unknown-host.ts'
export { agree, applyEdits } from './edits/edit.ts'
export { PipelineError, type PipelineErrorCode } from './errors.ts'
export { FAILURE_MODES } from './failures.ts'
export type { IdTokenAccess, Job, Setting, Trigger } from './job.ts'
export { HARDENING } from './migrations/hardening/index.ts'
export type { ChangedFile, Migration } from './migrations/migration.ts'
export { planMigration } from './migrations/plan.ts'
export { REWRITES } from './migrations/rewrites/index.ts'
export type {
  ClientId,
  Package,
  Pipeline,
  Place,
  PublishJob,
  PublishStep,
  Repository,
  Unknown,
} from './model.ts'
export {
  contested,
  environmentOf,
  neededPublishers,
  repositoryOf,
} from './publishers/needed.ts'
export { audienceOf, hostOf, PUBLIC, registryOf, whyTokenOnly } from './publishers/registries.ts'
export { readPipelines, readReleases } from './read.ts'
export type { Online, OnlinePackage, Release } from './release.ts'
export { leadsOut } from './repository/files.ts'
