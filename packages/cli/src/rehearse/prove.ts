import type { Package } from '@trustpub/pipeline'
import type { Surroundings } from './inspect.ts'
import { proveNpm } from './prove-npm.ts'
import { provePython } from './prove-python.ts'
import type { Proof } from './results.ts'

/** What was verified; `problem` is what the verifying client said of a failure. */
export interface Proven {
  readonly proof?: Proof
  readonly problem?: string
}

/** A version that the registry has. */
export interface Published {
  readonly name: string
  readonly version: string
  readonly filenames: readonly string[]
  /** Whether the job signed something for it. */
  readonly signed: boolean
}

/** Verifies what was signed: npm packages with npm itself, attestations of Python distributions by PEP 740. */
export function prove(
  scene: Surroundings,
  { ecosystem }: Package,
  published: Published,
): Promise<Proven> {
  return ecosystem === 'npm' ? proveNpm(scene, published) : provePython(scene, published)
}
