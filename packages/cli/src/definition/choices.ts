import { basename } from 'node:path'
import {
  findRepository,
  isGitlab,
  type PROJECT_KINDS,
  parseRepository,
  type Repository,
  repositoryUrl,
} from '@trustpub/project'
import { UsageError } from '../command.ts'

export type Kind = keyof typeof PROJECT_KINDS

export interface Author {
  readonly name: string
  readonly email: string
}

/** What a new project is to be. */
export interface Choices {
  readonly kind: Kind
  readonly name: string
  readonly repository: Repository
  readonly provider: Provider
  /** For Python. */
  readonly buildTool: string
  readonly author: Author | undefined
}

export const PROVIDER_HOSTS = { github: 'github.com', gitlab: 'gitlab.com' } as const
export type Provider = keyof typeof PROVIDER_HOSTS

/** Owner in the place of one that is not known yet. */
const EXAMPLE_OWNER = 'example'

/** For definitions that cannot do without. */
export const EXAMPLE_AUTHOR: Author = { name: 'Your Name', email: 'you@example.com' }

/** A package name made from the name of a folder; both npm and PyPI take it. */
export function nameFrom(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return name || 'my-package'
}

/** The name at PyPI of what is called so at npm: `@acme/widget` is `acme-widget`. */
export function pythonNameOf(name: string): string {
  return name.replace(/^@/, '').replaceAll('/', '-')
}

/** The module that is imported: `acme-widget` is `acme_widget`. */
export function moduleNameOf(name: string): string {
  const module = pythonNameOf(name)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
  return /^\d/.test(module) ? `_${module}` : module
}

/**
 * The repository of a new project: the one that is named, else the git remote; undefined if neither tells.
 * @throws UsageError if the text is no repository
 */
export function repositoryFrom(
  given: string | undefined,
  provider: Provider | undefined,
  folder: string,
): Repository | undefined {
  if (given === undefined) return findRepository(undefined, folder)
  const found = parseRepository(given)
  if (found === undefined) {
    throw new UsageError(
      `--repository must be owner/name or the URL of a repository, not "${given}".`,
    )
  }
  const isShort = !/[:@]/.test(given)
  return isShort && provider !== undefined ? { ...found, host: PROVIDER_HOSTS[provider] } : found
}

export function providerOf(repository: Repository): Provider {
  return isGitlab(repository) ? 'gitlab' : 'github'
}

/** A repository to be replaced before the first release. */
export function exampleRepository(name: string, provider: Provider): Repository {
  const path = `${EXAMPLE_OWNER}/${name.replace(/^@[^/]*\//, '')}`
  return { host: PROVIDER_HOSTS[provider], path }
}

export function isExample({ path }: Repository): boolean {
  return path.startsWith(`${EXAMPLE_OWNER}/`)
}

/** As short as a definition can name it. */
export function repositoryText(repository: Repository): string {
  if (repository.host === PROVIDER_HOSTS.github) return repository.path
  if (repository.host === PROVIDER_HOSTS.gitlab) return `gitlab:${repository.path}`
  return repositoryUrl(repository)
}
