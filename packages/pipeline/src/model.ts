import type { ProviderId } from '@trustpub/identity'
import type { ActionUse, Job, ToolVersion } from './job.ts'
import type { Place } from './place.ts'
import type { Tree } from './yaml/tree.ts'

export type { Place } from './place.ts'

/** What can be read of a repository's release: the packages in it and the jobs that publish them. */
export interface Pipeline {
  readonly directory: string
  readonly provider: ProviderId
  readonly repository: Repository
  readonly packages: readonly Package[]
  /** The jobs that publish. */
  readonly jobs: readonly PublishJob[]
  /** Those that do not: they build, test, create releases. */
  readonly otherJobs: readonly Job[]
  /** What could not be read or decided, each as a sentence for a person. Never guessed at instead. */
  readonly unknowns: readonly Unknown[]
}

export interface Unknown {
  readonly place?: Place
  readonly sentence: string
  /** The kind of file that it is about, which neither the CI nor a client can read. */
  readonly broken?: 'workflow' | 'manifest'
  /** It is a workflow of another repository, which may publish. */
  readonly elsewhere?: true
}

/** Where the repository lives, as far as its git remote or its manifests tell. */
export interface Repository {
  /** `owner/name` at GitHub, the full project path at GitLab; undefined if nothing names it. */
  readonly path?: string
  /** `github.com`, `gitlab.com` or the host of a self-managed server. */
  readonly host?: string
  /** Where git says that copies of it live, `origin` first; undefined if git names none. */
  readonly remotes?: readonly { readonly host: string; readonly path: string }[]
  readonly defaultBranch: string
  /** The commit checked out now, if this is a git repository with one. */
  readonly commit?: string
}

/** A package whose manifest is in the repository. */
export interface Package {
  readonly ecosystem: 'npm' | 'pypi'
  readonly name: string
  /** Undefined where the version is computed at build time (dynamic in `pyproject.toml`). */
  readonly version?: string
  /** Relative to the root, `.` for the root itself. */
  readonly directory: string
  readonly private: boolean
  /** The Python package that jsii makes of the npm package in the same directory, and the module to import. */
  readonly jsii?: { readonly module: string }
  /** The packages with binaries for one platform each that napi publishes along with it, in a script of its own or not. */
  readonly platforms?: { readonly packages: readonly PlatformPackage[]; readonly byScript: boolean }
}

/** A package with the binary for one platform, which `napi prepublish` publishes along with the one that loads it. */
export interface PlatformPackage {
  readonly name: string
  /** Relative to the root; undefined for one that the build makes. */
  readonly directory?: string
}

/** A job that publishes. */
export interface PublishJob extends Job {
  readonly publishes: readonly PublishStep[]
  /**
   * Directories of the packages whose `build` script the job, or one that it waits for, runs, in this order. Empty
   * if the pipeline builds in another way, or it cannot be told.
   */
  readonly builds: readonly string[]
}

/** The programs that upload packages. */
export type ClientId = NpmClientId | PythonClientId

export type NpmClientId =
  | 'npm'
  | 'pnpm'
  | 'yarn'
  /** Yarn 1. */
  | 'yarn-classic'
  | 'bun'
  | 'lerna'
  | 'nx'
  | 'changesets'
  | 'semantic-release'
  | 'release-it'
  | 'np'
  | 'rush'
  | 'auto'
  | 'publib'

export type PythonClientId =
  | 'twine'
  | 'uv'
  | 'poetry'
  | 'flit'
  | 'hatch'
  | 'pdm'
  | 'rye'
  | 'maturin'
  | 'setup.py'
  | 'python-semantic-release'

/**
 * Which program exchanges the ID token and uploads in the end: the client itself, or the npm on the PATH. `maybe npm`
 * where the repository does not tell.
 */
export type Uploader = 'client' | 'npm' | 'maybe npm'

/** One command, or one action, that uploads packages. */
export interface PublishStep {
  readonly place: Place
  readonly client: ClientId
  readonly ecosystem: 'npm' | 'pypi'
  /**
   * The command as written, with what the file says of `inputs`, `matrix` and `env` put in,
   * or `uses: pypa/gh-action-pypi-publish@v1`.
   */
  readonly text: string
  /** Relative to the root. */
  readonly directory: string
  /** It runs in a directory that only the run knows, and the one above is none: then it names no packages. */
  readonly adrift?: true
  /**
   * What follows the publish verb, split as a shell splits words: `['--access', 'public']`. Variables are put in;
   * what only a run knows keeps its `$`. Flags of the client
   * that stand before the verb come first (`pnpm -r publish` → `['-r']`). An action's inputs are written as the
   * client's arguments: `packages-dir: out` → `['out/*']`.
   */
  readonly args: readonly string[]
  /**
   * The upload registry that the step names by flag, input, variable or configuration file; undefined means the
   * client's default. Holds `$` where only a run knows it; then there is an unknown too.
   */
  readonly registry?: string
  /** Directories of the packages the step publishes, relative to the root. */
  readonly packages: readonly string[]
  /**
   * Stored secrets that the step would use: `secrets.NPM_TOKEN` in `NODE_AUTH_TOKEN`, a `password:` input. The name
   * is the secret's (`NPM_TOKEN`), the place where it is handed on.
   */
  readonly storedSecrets: readonly StoredSecret[]
  /**
   * A command before this one, of the job or of one that it waits for, sets the version of the package
   * (`npm version …`), mostly to that of the tag.
   */
  readonly setsVersion?: true
  /**
   * Why the client, in the version that the job gets, cannot do trusted publishing, and what to change. Only where
   * the repository leaves no doubt.
   */
  readonly incapable?: string
  readonly uploader: Uploader
  /** The action that publishes, where it is one: `pypa/gh-action-pypi-publish`, `changesets/action`. */
  readonly action?: ActionUse
  /** The step, or at GitLab the line of the script, that it is part of. */
  readonly within: Tree
  /** Node and npm on the PATH of the step, as far as the repository tells. */
  readonly node?: ToolVersion
  readonly npm?: ToolVersion
  /** The package that publishes in the end, where the client starts another or has the name of another: `lerna`. */
  readonly tool?: string
  /** The version of the client itself, or of that tool, where it is another program than npm. */
  readonly clientVersion?: ToolVersion
}

/** A stored secret, by its name in the CI's settings, and where the file hands it on. */
export interface StoredSecret {
  readonly name: string
  readonly place: Place
  /** How it enters: through an environment variable, an input of an action, or the text of a script. */
  readonly by: 'variable' | 'input' | 'script'
  /** The variable or the input: `NODE_AUTH_TOKEN`, `password`. */
  readonly as?: string
}
