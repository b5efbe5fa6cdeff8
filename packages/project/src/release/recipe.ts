/** A program that a job needs, at a version. */
export interface Tool {
  readonly name: 'node' | 'python' | 'uv' | 'pnpm'
  /** Undefined where the repository says it itself (`packageManager`). */
  readonly version?: string | undefined
}

/** How a kind of project gets from a checkout to the files that are published. */
export interface BuildRecipe {
  readonly tools: readonly Tool[]
  /** Commands that bring further tools, before dependencies are installed. */
  readonly setUp: readonly string[]
  readonly install: string
  /** Gives the packages the version `$VERSION`, or `$PYTHON_VERSION` as Python spells it. */
  readonly setVersion: string
  /** Compiles and tests. */
  readonly build: string
  /** Puts everything that is published below `dist`: `js`, `python`, `dotnet`. */
  readonly pack: string
  /** The files that hold the version; the build may change no other file. */
  readonly versioned: readonly string[]
  /** The command for git-cliff, which finds the version and writes the changelog. */
  readonly gitCliff: string
  /** The image of the building jobs in GitLab CI. */
  readonly image: string
}

/** Versions of what runs in pipelines, all exact: what is published must not depend on the day. */
export const TOOL_VERSIONS = {
  /** The oldest npm with trusted publishing is 11.5.1; this one runs on Node 20.17 and later. */
  npm: '11.19.1',
  gitCliff: '2.14.2',
  uv: '0.13.9',
  hatch: '1.18.2',
  poetry: '2.5.1',
  build: '1.6.1',
} as const
