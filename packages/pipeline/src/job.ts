import type { Place } from './place.ts'
import type { Tree } from './yaml/tree.ts'

/** A job, as one run of its entry workflow would run it. */
export interface Job {
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
  /** What the CI's own token may do in the job. */
  readonly permissions: Permissions
  /** `runs-on` of GitHub, `tags` of GitLab; several where a matrix chooses. */
  readonly runners: readonly Setting<readonly string[]>[]
  /** The image that the job runs in: `container:` of GitHub, `image:` of GitLab. */
  readonly image?: Setting<string>
  /** In the order in which they run, those of composite actions of the repository in the place of the action. */
  readonly steps: readonly JobStep[]
  /** Which jobs must end before this one, by their ids. */
  readonly needs: readonly string[]
  /** How many jobs the matrix makes of it; 1 without one. */
  readonly rows: number
  readonly source: JobSource
}

/** Where a job is written, for those who point at a line or change it. */
export interface JobSource {
  /** The whole file. GitLab: the configuration with everything that it includes. */
  readonly workflow: Tree
  /** The job, at GitLab with what it extends and inherits. */
  readonly job: Tree
  /** The job without what it extends and inherits. */
  readonly written: Tree
  /** The jobs that call it, the one of the entry workflow first, each with its file. */
  readonly callers: readonly {
    readonly file: string
    readonly id: string
    readonly workflow: Tree
    readonly job: Tree
  }[]
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
  /** `types:` of a release event: `published`, `created`. */
  readonly types?: readonly string[]
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
  readonly variables: readonly {
    readonly name: string
    readonly audience: string
    readonly place: Place
  }[]
}

/**
 * The permissions of GitHub's own token in a job. `default` is what the settings of the repository give, which no file
 * tells; then `scopes` is empty. Otherwise every scope that is not listed is none.
 */
export interface Permissions {
  readonly from: 'default' | 'workflow' | 'job' | 'caller'
  readonly scopes: ReadonlyMap<string, 'read' | 'write' | 'none'>
  /** `read-all` or `write-all`, which list no scopes. */
  readonly all?: 'read' | 'write'
  readonly place?: Place
}

/** A step of a job, or one line of a GitLab script. */
export interface JobStep {
  readonly place: Place
  readonly tree: Tree
  /** `if:` as written. */
  readonly condition?: string
  readonly action?: ActionUse
  /** `with:`, what the file says of inputs, matrix and env put in. */
  readonly inputs: ReadonlyMap<string, string>
  /** The commands of its script, those of package scripts and shell files that it runs included. */
  readonly commands: readonly ScriptCommand[]
  /** The environment variables it sees that the file sets. */
  readonly variables: ReadonlyMap<string, { readonly value: string; readonly place: Place }>
  /** The directory of the composite action that it belongs to. */
  readonly inAction?: string
}

/** `uses: owner/name@ref`. */
export interface ActionUse {
  readonly place: Place
  /** `owner/name`, or `owner/name/path`, in lower case; `./path` for one of the repository. */
  readonly name: string
  /** A tag, a branch or a commit; empty for one of the repository. */
  readonly ref: string
  /** What the ref, or for a commit the comment beside it, says of the version: `[1, 8, 2]` of `v1.8.2`. */
  readonly version?: readonly number[]
}

/** A command of a script, unwrapped: `npx npm@11 publish` is `npm publish`. */
export interface ScriptCommand {
  readonly place: Place
  readonly words: readonly string[]
  readonly text: string
  /** Relative to the root; undefined if it is only known at run time. */
  readonly directory?: string
  /** It stands in a package script, a shell file or a Makefile that the step runs. */
  readonly nested: boolean
}

/** A version of a program, as far as it is written down. */
export interface ToolVersion {
  /** As written: `20`, `lts/*`, `npm@latest`, `^9.0.0`. */
  readonly written: string
  /** Every version that it may be lies in this range of npm's semver; `*` where nothing is known. */
  readonly range: string
  readonly place?: Place
  /** What says so. */
  readonly from:
    | 'setup'
    | 'file'
    | 'image'
    | 'install'
    /** A file that an install reads: `requirements.txt`, an extra of `pyproject.toml`. */
    | 'requirements'
    | 'bundled'
    | 'lock'
    | 'manifest'
    | 'command'
    | 'action'
}
