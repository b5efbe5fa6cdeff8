import { expression } from './expression.ts'

/** What a job may do with a part of the repository. */
export const JobPermission = { READ: 'read', WRITE: 'write', NONE: 'none' } as const
export type JobPermission = (typeof JobPermission)[keyof typeof JobPermission]

/** Permissions of a job's token; what is not named is none. */
export interface JobPermissions {
  readonly actions?: JobPermission
  readonly attestations?: JobPermission
  readonly checks?: JobPermission
  readonly contents?: JobPermission
  readonly deployments?: JobPermission
  readonly discussions?: JobPermission
  readonly idToken?: JobPermission
  readonly issues?: JobPermission
  readonly packages?: JobPermission
  readonly pages?: JobPermission
  readonly pullRequests?: JobPermission
  readonly repositoryProjects?: JobPermission
  readonly securityEvents?: JobPermission
  readonly statuses?: JobPermission
}

/** A step of a job. `uses` without a version takes the pinned one: `uses: 'actions/checkout'`. */
export interface JobStep {
  readonly name?: string | undefined
  readonly id?: string | undefined
  readonly if?: string | undefined
  readonly uses?: string | undefined
  readonly with?: Readonly<Record<string, unknown>> | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly run?: string | undefined
  readonly shell?: string | undefined
  readonly workingDirectory?: string | undefined
  readonly continueOnError?: boolean | undefined
  readonly timeoutMinutes?: number | undefined
}

/** A job of a workflow (docs.github.com, "Workflow syntax for GitHub Actions"). */
export interface Job {
  readonly name?: string | undefined
  readonly needs?: readonly string[] | undefined
  readonly if?: string | undefined
  readonly runsOn?: readonly string[] | undefined
  readonly timeoutMinutes?: number | undefined
  readonly permissions?: JobPermissions | undefined
  /** Why a permission is needed; stands as a comment behind it. */
  readonly reasons?: { readonly [Name in keyof JobPermissions]?: string } | undefined
  readonly environment?: string | { readonly name: string; readonly url?: string } | undefined
  readonly concurrency?: unknown
  readonly outputs?: Readonly<Record<string, string | JobStepOutput>> | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly defaults?: unknown
  readonly strategy?: unknown
  readonly continueOnError?: boolean | undefined
  readonly container?: unknown
  readonly services?: unknown
  /** A reusable workflow, in place of steps. */
  readonly uses?: string | undefined
  readonly with?: Readonly<Record<string, unknown>> | undefined
  readonly secrets?: unknown
  readonly steps?: readonly JobStep[] | undefined
}

/** An output of a job that is one of its steps'. */
export interface JobStepOutput {
  readonly stepId: string
  readonly outputName: string
}

/** A job as it stands in the file. `pin` gives a `uses` without a version one. */
export function renderJob(job: Job, pin: (uses: string) => string): Record<string, unknown> {
  const { reasons: _, ...written } = job
  const { steps, needs, runsOn, outputs, permissions, uses } = job
  const rendered = {
    ...written,
    ...(needs !== undefined && { needs: single(needs) }),
    ...(uses === undefined && { runsOn: single(runsOn ?? ['ubuntu-latest']) }),
    ...(permissions !== undefined && { permissions: kebabKeys(permissions) }),
    ...(outputs !== undefined && { outputs: mapValues(outputs, outputText) }),
    concurrency: kebabMembers(job.concurrency),
    strategy: kebabMembers(job.strategy),
    defaults: mapMembers(job.defaults, kebabMembers),
    ...(steps !== undefined && { steps: steps.map((step) => renderStep(step, pin)) }),
  }
  return inOrder(kebabKeys(rendered), JOB_KEYS)
}

function renderStep(step: JobStep, pin: (uses: string) => string): Record<string, unknown> {
  const uses = step.uses === undefined ? {} : { uses: pin(step.uses) }
  return inOrder(kebabKeys({ ...step, ...uses }), STEP_KEYS)
}

const JOB_KEYS =
  'name needs if runs-on timeout-minutes permissions environment concurrency outputs env defaults strategy continue-on-error container services uses with secrets steps'.split(
    ' ',
  )
const STEP_KEYS =
  'name id if uses with env working-directory shell run continue-on-error timeout-minutes'.split(
    ' ',
  )

function inOrder(
  object: Readonly<Record<string, unknown>>,
  order: readonly string[],
): Record<string, unknown> {
  const known = order.filter((key) => object[key] !== undefined)
  const others = Object.keys(object).filter((key) => !order.includes(key))
  return Object.fromEntries([...known, ...others].map((key) => [key, object[key]]))
}

function outputText(output: string | JobStepOutput): string {
  if (typeof output === 'string') return output
  return expression(`steps.${output.stepId}.outputs.${output.outputName}`)
}

/** One element stands alone. */
function single(list: readonly string[]): string | readonly string[] {
  return list.length === 1 ? (list[0] ?? list) : list
}

/** `idToken` → `id-token`; what is written with a hyphen already stays. */
export function kebabKeys(object: object): Record<string, unknown> {
  const entries = Object.entries(object).map(([key, value]) => [kebab(key), value])
  return Object.fromEntries(entries)
}

function kebabMembers(value: unknown): unknown {
  return isObject(value) ? kebabKeys(value) : value
}

function mapMembers(value: unknown, change: (member: unknown) => unknown): unknown {
  return isObject(value) ? mapValues(value, change) : value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function mapValues<V, W>(
  object: Readonly<Record<string, V>>,
  change: (value: V) => W,
): Record<string, W> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]))
}
