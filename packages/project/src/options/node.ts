import type { JobStep } from '../github/job.ts'
import type { OptionTable } from './check.ts'
import { PROJECT_OPTIONS, type ProjectOptions } from './project.ts'
import { NPM_PUBLISH_OPTIONS, type NpmPublishOptions } from './publish.ts'
import { RELEASE_OPTIONS, type ReleaseOptions } from './release.ts'
import { UNUSED_NODE_OPTIONS, type UnusedNodeOptions } from './unused.ts'

/** The package managers that a Node project can use. */
export const NodePackageManager = {
  NPM: 'npm',
  PNPM: 'pnpm',
  YARN: 'yarn',
  YARN2: 'yarn2',
  YARN_CLASSIC: 'yarn_classic',
  YARN_BERRY: 'yarn_berry',
  BUN: 'bun',
} as const
export type NodePackageManager = (typeof NodePackageManager)[keyof typeof NodePackageManager]

/** Who may read the package. */
export const NpmAccess = { PUBLIC: 'public', RESTRICTED: 'restricted' } as const
export type NpmAccess = (typeof NpmAccess)[keyof typeof NpmAccess]

export const Stability = {
  EXPERIMENTAL: 'experimental',
  STABLE: 'stable',
  DEPRECATED: 'deprecated',
} as const
export type Stability = (typeof Stability)[keyof typeof Stability]

/** What NodeProject takes, and every type that builds on it. */
export interface NodeProjectOptions extends ProjectOptions, ReleaseOptions, UnusedNodeOptions {
  /** The name in `package.json`. @default name */
  readonly packageName?: string | undefined
  /** Whether to publish to npm, and how. @default false */
  readonly publishToNpm?: boolean | NpmPublishOptions | undefined
  /** How to publish to npm; the same options as those of `publishToNpm`. */
  readonly npmPublishOptions?: NpmPublishOptions | undefined
  /** The same as `publishToNpm`, as projen calls it. */
  readonly releaseToNpm?: boolean | undefined
  /** The same as `npmPublishOptions.trustedPublishing`, as projen calls it. */
  readonly npmTrustedPublishing?: boolean | undefined
  readonly npmTokenSecret?: string | undefined
  readonly npmProvenance?: boolean | undefined
  /** Who may read the package. @default npm's: a new one is public unless it is scoped, an existing one stays as it is */
  readonly npmAccess?: NpmAccess | undefined
  readonly npmRegistryUrl?: string | undefined
  /** @default 'npm' */
  readonly packageManager?: NodePackageManager | undefined
  readonly pnpmVersion?: string | undefined
  readonly bunVersion?: string | undefined
  /** The least version of Node in `engines`. */
  readonly minNodeVersion?: string | undefined
  readonly maxNodeVersion?: string | undefined
  /** The version of Node in all jobs. @default minNodeVersion in the build, 24.x where it publishes */
  readonly workflowNodeVersion?: string | undefined
  /** Steps of every building job before dependencies are installed. */
  readonly workflowBootstrapSteps?: readonly JobStep[] | undefined
  readonly peerDeps?: readonly string[] | undefined
  readonly bundledDeps?: readonly string[] | undefined
  readonly bin?: Readonly<Record<string, string>> | undefined
  readonly scripts?: Readonly<Record<string, string>> | undefined
  /** Whether the package is made of ES modules (`"type": "module"`). @default false */
  readonly esm?: boolean | undefined
  /** Whether to write source and test files to start from, where there are none. @default true */
  readonly sampleCode?: boolean | undefined
  /** @default 'lib/index.js' */
  readonly entrypoint?: string | undefined
  readonly authorUrl?: string | undefined
  /** Whether the author is an organisation. */
  readonly authorOrganization?: boolean | undefined
  readonly bugsUrl?: string | undefined
  readonly bugsEmail?: string | undefined
  readonly repositoryDirectory?: string | undefined
  readonly stability?: Stability | undefined
  /** Whether to write `.npmignore`. @default true */
  readonly npmignoreEnabled?: boolean | undefined
  /** Whether to write a Dependabot file. @default false */
  readonly dependabot?: boolean | undefined
}

const NPM = { members: NPM_PUBLISH_OPTIONS } as const

export const NODE_OPTIONS: OptionTable<NodeProjectOptions> = {
  ...PROJECT_OPTIONS,
  ...RELEASE_OPTIONS,
  ...UNUSED_NODE_OPTIONS,
  packageName: 'text',
  publishToNpm: { ...NPM, orFlag: true },
  npmPublishOptions: NPM,
  releaseToNpm: 'flag',
  npmTrustedPublishing: 'flag',
  npmTokenSecret: 'text',
  npmProvenance: 'flag',
  npmAccess: Object.values(NpmAccess),
  npmRegistryUrl: 'text',
  packageManager: Object.values(NodePackageManager),
  pnpmVersion: 'text',
  bunVersion: 'text',
  minNodeVersion: 'text',
  maxNodeVersion: 'text',
  workflowNodeVersion: 'text',
  workflowBootstrapSteps: 'list',
  peerDeps: 'texts',
  bundledDeps: 'texts',
  bin: 'object',
  scripts: 'object',
  esm: 'flag',
  sampleCode: 'flag',
  entrypoint: 'text',
  authorUrl: 'text',
  authorOrganization: 'flag',
  bugsUrl: 'text',
  bugsEmail: 'text',
  repositoryDirectory: 'text',
  stability: Object.values(Stability),
  npmignoreEnabled: 'flag',
  dependabot: 'flag',
}
