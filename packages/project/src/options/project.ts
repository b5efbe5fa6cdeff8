import type { Project } from '../project.ts'
import type { OptionTable } from './check.ts'
import { UNUSED_GITHUB_OPTIONS, type UnusedGithubOptions } from './unused.ts'

/** What every project can say of itself. */
export interface ProjectOptions {
  /** The name of the project, and of its package unless `packageName` says otherwise. */
  readonly name: string
  /** The project that this one is a part of; it needs an `outdir` then. */
  readonly parent?: Project | undefined
  /** The folder of the project, relative to that of its parent. @default the working directory */
  readonly outdir?: string | undefined
  /** Further patterns for `.gitignore`. */
  readonly gitignore?: readonly string[] | undefined
  /** `owner/name`, or the URL of the repository. @default the git remote `origin` */
  readonly repository?: string | undefined
  /** The same as `repository`, as JSII projects call it. */
  readonly repositoryUrl?: string | undefined
  /** Whether to write GitHub workflows. @default true, unless `gitlab` is */
  readonly github?: boolean | undefined
  readonly githubOptions?: GithubOptions | undefined
  /** Whether to write `.gitlab-ci.yml`. @default whether the repository is at a GitLab */
  readonly gitlab?: boolean | undefined
  /** @default a README to start from */
  readonly readme?: { readonly filename?: string; readonly contents?: string } | undefined
  /** An SPDX identifier. @default 'Apache-2.0' */
  readonly license?: string | undefined
  /** Whether to write the text of the licence. @default true */
  readonly licensed?: boolean | undefined
  /** @default the author */
  readonly copyrightOwner?: string | undefined
  /** A year or a range of years. @default the current year */
  readonly copyrightPeriod?: string | undefined
  /** Dependencies, as `name` or `name@range`. */
  readonly deps?: readonly string[] | undefined
  readonly devDeps?: readonly string[] | undefined
  readonly description?: string | undefined
  readonly homepage?: string | undefined
  readonly keywords?: readonly string[] | undefined
  readonly authorName?: string | undefined
  readonly authorEmail?: string | undefined
}

export interface GithubOptions extends UnusedGithubOptions {
  /** Whether to write workflows at all. @default true */
  readonly workflows?: boolean | undefined
  /** Labels of the runner of jobs that name none. Publishing jobs run on GitHub's own. @default ['ubuntu-latest'] */
  readonly workflowRunsOn?: readonly string[] | undefined
}

const GITHUB_OPTIONS: OptionTable<GithubOptions> = {
  ...UNUSED_GITHUB_OPTIONS,
  workflows: 'flag',
  workflowRunsOn: 'texts',
}

export const PROJECT_OPTIONS: OptionTable<ProjectOptions> = {
  name: 'text',
  parent: 'object',
  outdir: 'text',
  gitignore: 'texts',
  repository: 'text',
  repositoryUrl: 'text',
  github: 'flag',
  githubOptions: { members: GITHUB_OPTIONS },
  gitlab: 'flag',
  readme: 'object',
  license: 'text',
  licensed: 'flag',
  copyrightOwner: 'text',
  copyrightPeriod: 'text',
  deps: 'texts',
  devDeps: 'texts',
  description: 'text',
  homepage: 'text',
  keywords: 'texts',
  authorName: 'text',
  authorEmail: 'text',
}
