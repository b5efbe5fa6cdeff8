import { npm } from './npm.ts'
import type { Protocol } from './protocol.ts'
import { pypi } from './pypi.ts'

/** Every protocol. PyPI's routes are fixed words, npm's first segment is a package name, so npm comes last. */
export const PROTOCOLS: readonly Protocol[] = [pypi, npm]
