import valid from 'semver/functions/valid.js'
import { refuse } from '../errors.ts'

/** A package.json as it was parsed: every value is the author's. */
export type Json = Readonly<Record<string, unknown>>

/** A manifest that can be published: its name and version are sound, its shape is what installers expect. */
export interface Manifest extends Json {
  readonly name: string
  readonly version: string
  readonly bin?: Readonly<Record<string, string>>
}

/** npm's rule for new packages (validate-npm-package-name): lower case, url-safe, no leading dot or underscore. */
const NAME = /^(?=.{1,214}$)(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/

/** Ranges that only one package manager understands, and rewrites when it packs. */
const WORKSPACE_RANGE = /^(?:workspace|catalog|portal|link|file):/

const DEPENDENCIES = ['dependencies', 'optionalDependencies', 'peerDependencies'] as const

/** @throws Refusal `manifest_invalid` */
export function parseManifest(text: string, path: string): Json {
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    throw refuse('manifest_invalid', { path, reason: 'its package.json is not valid JSON' })
  }
  if (isObject(value)) return value
  throw refuse('manifest_invalid', { path, reason: 'its package.json is not a JSON object' })
}

/**
 * Brings a package.json into the shape in which npm publishes it, and refuses what no registry would take or no
 * installer could read.
 * @throws Refusal `manifest_invalid` or `package_private`
 */
export function checkManifest(json: Json, path: string): Manifest {
  const { name, version } = json
  const invalid = (reason: string) => refuse('manifest_invalid', { path, reason })
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw invalid(`${JSON.stringify(name ?? '')} is no name that npm takes`)
  }
  if (json.private === true) throw refuse('package_private', { name })
  const clean = typeof version === 'string' ? valid(version) : null
  if (clean === null) throw invalid(`${JSON.stringify(version ?? '')} is no version (semver)`)
  for (const [dependency, range] of dependenciesOf(json)) {
    if (!WORKSPACE_RANGE.test(range)) continue
    throw invalid(
      `it depends on ${dependency} by "${range}", which installers cannot read: pack it with your package manager, which rewrites that, and publish the tarball`,
    )
  }
  return { ...normalised(json), name, version: clean }
}

/** Name and range of everything that is installed along with the package. */
export function dependenciesOf(json: Json): [name: string, range: string][] {
  return DEPENDENCIES.flatMap((member) => {
    const value = json[member]
    return isObject(value) ? Object.entries(value) : []
  }).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
}

function normalised(json: Json): Json {
  // Members that begin with _ are the registry's to write.
  const own = Object.fromEntries(Object.entries(json).filter(([member]) => !member.startsWith('_')))
  const { bin, repository, bundledDependencies, funding, dependencies, ...rest } = own
  const bundle = rest.bundleDependencies ?? bundledDependencies
  return {
    ...rest,
    ...(bin === undefined ? {} : { bin: programsOf(bin, String(json.name)) }),
    ...(repository === undefined ? {} : { repository: repositoryOf(repository) }),
    ...(bundle === undefined ? {} : { bundleDependencies: bundle }),
    ...(funding === undefined
      ? {}
      : { funding: typeof funding === 'string' ? { url: funding } : funding }),
    ...(isObject(dependencies)
      ? { dependencies: withoutOptional(dependencies, rest.optionalDependencies) }
      : {}),
  }
}

/** A single program is called like the package; paths start at the package's root. */
function programsOf(bin: unknown, name: string): Record<string, string> {
  const entries = typeof bin === 'string' ? { [name.slice(name.indexOf('/') + 1)]: bin } : bin
  if (!isObject(entries)) return {}
  const paths = Object.entries(entries).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return Object.fromEntries(
    paths.map(([program, path]) => [program, path.replace(/^(?:\.?\/)+/, '')]),
  )
}

const SHORTHAND = /^(?:github:)?([A-Za-z0-9_-]+\/[A-Za-z0-9._-]+)$/

function repositoryOf(repository: unknown): unknown {
  if (typeof repository !== 'string') return repository
  const [, path] = SHORTHAND.exec(repository) ?? []
  return {
    type: 'git',
    url: path === undefined ? repository : `git+https://github.com/${path}.git`,
  }
}

/** What is named in both is optional, as npm reads it. */
function withoutOptional(dependencies: Json, optional: unknown): Json {
  if (!isObject(optional)) return dependencies
  return Object.fromEntries(
    Object.entries(dependencies).filter(([name]) => !Object.hasOwn(optional, name)),
  )
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
