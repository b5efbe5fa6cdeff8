import type { Package } from '@trustpub/pipeline'
import type { Proven, Published } from './proof.ts'
import { proveNpm } from './prove-npm.ts'
import { provePython } from './prove-python.ts'
import type { Surroundings } from './scene.ts'

/** Verifies what was signed: npm packages with npm itself, attestations of Python distributions by PEP 740. */
export function prove(
  scene: Surroundings,
  { ecosystem }: Package,
  published: Published,
): Promise<Proven> {
  return ecosystem === 'npm' ? proveNpm(scene, published) : provePython(scene, published)
}
