import { npm } from './npm.ts'
import { pypi } from './pypi.ts'
import type { Target } from './target.ts'

/** Every kind of registry, in the order in which a release goes out. */
export const TARGETS: readonly Target[] = [npm, pypi]
