import type { LockReader } from './lock.ts'

/** Loads what reads one kind of lock file; YAML and TOML are rarely needed. */
type LoadReader = () => Promise<LockReader>

const npm: LoadReader = async () => (await import('./package-lock.ts')).readPackageLock
const requirements: LoadReader = async () => (await import('./requirements.ts')).readRequirements

/** Every kind of lock file, by what its name ends in. */
export const LOCKS: readonly (readonly [name: RegExp, load: LoadReader])[] = [
  [/^package-lock\.json$/, npm],
  [/^npm-shrinkwrap\.json$/, npm],
  [/^pnpm-lock\.yaml$/, async () => (await import('./pnpm-lock.ts')).readPnpmLock],
  [/^uv\.lock$/, async () => (await import('./uv-lock.ts')).readUvLock],
  [/\.txt$/, requirements],
]
