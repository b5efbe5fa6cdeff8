import type { Check } from '@trustpub/identity'

/** What came of a rehearsal; `--json` prints it as it is. */
export interface Rehearsal {
  readonly directory: string
  readonly provider: string
  readonly repository: string
  readonly ok: boolean
  readonly jobs: readonly JobResult[]
  /** What could not be read or is not played, as sentences. */
  readonly unknowns: readonly string[]
}

export interface JobResult {
  readonly job: string
  readonly entry: string
  /** The run that was played, or why the job was not started. */
  readonly event?: string
  readonly ref?: string
  readonly environment?: string
  readonly notStarted?: string
  readonly idToken: { readonly granted: boolean; readonly reason: string }
  readonly steps: readonly StepResult[]
}

export interface StepResult {
  readonly step: string
  readonly client: string
  readonly packages: readonly PackageResult[]
  /** Why the step failed, the registry's own words first. */
  readonly refusals: readonly RefusalResult[]
  /** The end of what a failed command printed. */
  readonly output?: string
  /** The client ended with a failure; also where the package is there, from an earlier step. */
  readonly clientFailed?: true
  /** A tool that is missing on this machine, so that nothing could be said. */
  readonly missing?: string
  /** Why the step has nothing to do with trusted publishing and was passed over. */
  readonly passedOver?: string
  readonly notes: readonly string[]
}

export interface PackageResult {
  readonly package: string
  readonly version?: string
  readonly exchanged: boolean
  readonly published: boolean
  readonly installed?: boolean
  /** Absent if there was nothing to import. */
  readonly imported?: boolean
  /** Absent where nothing was signed. */
  readonly proof?: Proof
}

/** What a client made of the signatures of a package; what was not to be there is absent. */
export interface Proof {
  /** The registry's own, over name, version and digest. */
  readonly signature?: boolean
  /** The job's statement of how the package was built. */
  readonly provenance?: boolean
  /** Statements that it was published: by the job for Python, by the registry for npm. */
  readonly attestations?: boolean
  /** E.g. `npm 11.19.1`. */
  readonly verifiedBy: string
}

export interface RefusalResult {
  readonly code: string
  readonly reason: string
  readonly checks: readonly Check[]
}

/** Whether a step went as it should, or was none of the rehearsal's business. */
export function isFine(step: StepResult): boolean {
  return step.passedOver !== undefined || isComplete(step)
}

/** Whether everything that was to be published was published, verified, installed and imported. */
export function isComplete(step: StepResult): boolean {
  return (
    step.clientFailed === undefined &&
    step.packages.length > 0 &&
    step.packages.every(
      (pkg) =>
        pkg.published && pkg.installed === true && pkg.imported !== false && isProven(pkg.proof),
    )
  )
}

/** Whether nothing that was signed failed to verify. */
export function isProven(proof: Proof | undefined): boolean {
  return !Object.values(proof ?? {}).includes(false)
}
