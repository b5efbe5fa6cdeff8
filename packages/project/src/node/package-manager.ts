import type { NodePackageManager } from '../options/node.ts'
import { TOOL_VERSIONS, type Tool } from '../release/recipe.ts'

/** How a package manager is called. */
export interface PackageManager {
  readonly name: 'npm' | 'pnpm' | 'yarn' | 'bun'
  /** Tools that a job needs besides Node. */
  readonly tools: readonly Tool[]
  /** Commands that bring it into a job. */
  readonly setUp: readonly string[]
  /** Installs what the lock file says, or fails. */
  readonly install: string
  /** Installs and writes the lock file. */
  readonly update: readonly string[]
  readonly lockfile: string
  /** Runs a script of `package.json`. */
  readonly run: (script: string) => string
}

interface Versions {
  readonly pnpm: string | undefined
  readonly bun: string | undefined
}

const DEFAULT_PNPM = '10'
const DEFAULT_BUN = '1.3.0'

export function packageManager(choice: NodePackageManager, versions: Versions): PackageManager {
  switch (choice) {
    case 'npm':
      return {
        name: 'npm',
        tools: [],
        setUp: [],
        install: 'npm ci',
        update: ['npm', 'install'],
        lockfile: 'package-lock.json',
        run: (script) => `npm run ${script}`,
      }
    case 'pnpm':
      return {
        name: 'pnpm',
        tools: [{ name: 'pnpm', version: versions.pnpm ?? DEFAULT_PNPM }],
        setUp: [],
        install: 'pnpm install --frozen-lockfile',
        update: ['pnpm', 'install'],
        lockfile: 'pnpm-lock.yaml',
        run: (script) => `pnpm run ${script}`,
      }
    case 'bun':
      return {
        name: 'bun',
        tools: [],
        setUp: [],
        install: `${bun(versions)} install --frozen-lockfile`,
        update: ['bun', 'install'],
        lockfile: 'bun.lock',
        run: (script) => `${bun(versions)} run ${script}`,
      }
    case 'yarn2':
    case 'yarn_berry':
      return yarn('--immutable', ['corepack enable'])
    default:
      return yarn('--frozen-lockfile', [])
  }
}

/** By npx, which needs no global installation and has it on the path of what it runs. */
function bun({ bun: version = DEFAULT_BUN }: Versions): string {
  return `npx --yes bun@${version}`
}

function yarn(flag: string, setUp: readonly string[]): PackageManager {
  return {
    name: 'yarn',
    tools: [],
    setUp,
    install: `yarn install ${flag}`,
    update: ['yarn', 'install'],
    lockfile: 'yarn.lock',
    run: (script) => `yarn run ${script}`,
  }
}

/** Runs git-cliff wherever npm is. */
export const GIT_CLIFF_BY_NPM: string = `npx --yes git-cliff@${TOOL_VERSIONS.gitCliff}`
