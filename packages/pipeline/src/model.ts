import type { ProviderId } from '@trustpub/identity'

/** A place in a repository that a person can open: path relative to the root, line and column from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** What can be read of a repository's release: the packages in it and the jobs that publish them. */
export interface Pipeline {
  readonly directory: string
  readonly provider: ProviderId
  readonly repository: Repository
  readonly packages: readonly Package[]
  readonly jobs: readonly PublishJob[]
  /** What could not be read or decided, each as a sentence for a person. Never guessed at instead. */
  readonly unknowns: readonly Unknown[]
}

export interface Unknown {
  readonly place?: Place
  readonly sentence: string
}

/** Where the repository lives, as far as its git remote or its manifests tell. */
export interface Repository {
  /** `owner/name` at GitHub, the full project path at GitLab; undefined if nothing names it. */
  readonly path?: string
  /** `github.com`, `gitlab.com` or the host of a self-managed server. */
  readonly host?: string
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
}

/** A job that publishes, as one run of its entry workflow would run it. */
export interface PublishJob {
  /** The key of the job in its file; for a job of a called workflow `caller-job/called-job`. */
  readonly id: string
  readonly place: Place
  /** The workflow file that an event starts: what npm and crates.io compare. */
  readonly entry: string
  /** The workflow file that holds the job: what PyPI compares. The same as `entry` unless the workflow is called. */
  readonly file: string
  readonly triggers: readonly Trigger[]
  readonly environment: Setting<string>
  readonly idToken: IdTokenAccess
  readonly publishes: readonly PublishStep[]
  /**
   * Directories of the packages whose `build` script the job, or one that it waits for, runs, in this order. Empty
   * if the pipeline builds in another way, or it cannot be told.
   */
  readonly builds: readonly string[]
}

/** A value that is there, absent, or only known to the CI at run time. */
export type Setting<T> =
  | { readonly known: true; readonly value: T | undefined }
  | {
      readonly known: false
      readonly expression: string
      /** What it is where the rest of the expression is empty: `npm` of `${{ … || 'npm' }}`. */
      readonly otherwise?: T
    }

/**
 * An event that starts the entry workflow, e.g. `{ event: 'push', tags: ['v*'] }`.
 * At GitLab `push` (to a branch) or `tag`.
 */
export interface Trigger {
  readonly event: string
  readonly branches?: readonly string[]
  readonly tags?: readonly string[]
  /** GitLab: no push starts it, but a person or a schedule does. */
  readonly byHand?: true
}

/** How the job comes by ID tokens, or why it gets none. */
export interface IdTokenAccess {
  readonly granted: boolean
  /** One sentence: where it is granted, or what keeps the job from it and what to write. */
  readonly reason: string
  readonly place?: Place
  /** GitLab: the declared variables and the audience of each. Empty at GitHub, where a job asks for any audience. */
  readonly variables: readonly { readonly name: string; readonly audience: string }[]
}

export type ClientId = 'npm' | 'pnpm' | 'yarn' | 'twine' | 'uv'

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
  readonly storedSecrets: readonly { readonly name: string; readonly place: Place }[]
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
}
