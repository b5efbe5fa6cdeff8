import type { NpmManifest } from '../repository/manifest-npm.ts'
import type { PythonManifest } from '../repository/manifest-python.ts'
import { valuedFlags } from './commands.ts'
import { flagValue, parseOptions } from './options.ts'
import type { Recognised } from './recognised.ts'
import { type RegistriesSet, registryFor } from './registries-set.ts'
import { expand, isOpen, type Variables, valueIn } from './variables.ts'

type Publish = Extract<Recognised, { kind: 'publish' }>

/** The upload endpoint of TestPyPI (docs.pypi.org, "TestPyPI"). */
const TEST_PYPI = 'https://test.pypi.org/legacy/'

/** The registry that is named, or a sentence why it cannot be told. Neither: the client's default. */
export interface Named {
  readonly registry?: string
  readonly sentence?: string
}

/** What surrounds a publish command and may name its registry. */
export interface Surroundings {
  readonly variables: Variables
  /** `registry-url` of actions/setup-node, which it writes to the user's `.npmrc`. */
  readonly userRegistry?: string | undefined
  /** What earlier commands wrote into npm's settings. */
  readonly registriesSet?: RegistriesSet | undefined
  /** The manifests at the working directory and at the root, nearest first: npm reads `.npmrc` there. */
  readonly around: readonly NpmManifest[]
}

/** The registry of `npm publish` and its like, in the order in which npm 11 decides. */
export function npmRegistry(
  publish: Publish,
  packages: readonly NpmManifest[],
  surroundings: Surroundings,
): Named {
  const { variables } = surroundings
  const flag = flagValue(parseOptions(publish.args, valuedFlags(publish.client)), '--registry')
  const found = new Set(
    (packages.length > 0 ? packages : [undefined]).map((one) =>
      publish.client === 'yarn'
        ? yarnRegistry(one, surroundings)
        : (scopeRegistry(one, surroundings) ??
          flag ??
          configured(publish.client, one, surroundings)),
    ),
  )
  if (found.size > 1) {
    const all = [...found].map((one) => one ?? 'the default registry').join(', ')
    return {
      sentence: `The packages of this step go to different registries (${all}); publish to one registry per step so that each can be rehearsed.`,
    }
  }
  return named([...found][0], variables)
}

function scopeRegistry(
  manifest: NpmManifest | undefined,
  { around, registriesSet }: Surroundings,
): string | undefined {
  const scope = /^@[^/]+/.exec(manifest?.name ?? '')?.[0]
  if (scope === undefined) return undefined
  const key = `${scope}:registry`
  const set = registryFor(manifest?.name, registriesSet)
  return manifest?.publishConfig.get(key) ?? inNpmrc(around, key) ?? set
}

/** What Yarn 1 sets for the scripts that it runs; lerna and changesets know that and write npmjs.com in its place. */
const YARN_1 = 'https://registry.yarnpkg.com'
const TAKES_YARN_1: ReadonlySet<string> = new Set(['npm', 'pnpm'])

function configured(
  client: Publish['client'],
  manifest: NpmManifest | undefined,
  { variables, around, userRegistry, registriesSet }: Surroundings,
): string | undefined {
  const set = valueIn(variables, 'npm_config_registry')
  return (
    manifest?.publishConfig.get('registry') ??
    (set === YARN_1 && !TAKES_YARN_1.has(client) ? undefined : set) ??
    inNpmrc(around, 'registry') ??
    registriesSet?.get('') ??
    userRegistry
  )
}

/** Yarn reads `.yarnrc.yml` where npm reads `.npmrc`. */
function yarnRegistry(
  manifest: NpmManifest | undefined,
  { variables, around }: Surroundings,
): string | undefined {
  return (
    manifest?.publishConfig.get('registry') ??
    valueIn(variables, 'YARN_NPM_PUBLISH_REGISTRY', 'YARN_NPM_REGISTRY_SERVER') ??
    around.map((one) => one.yarnRegistry).find((one) => one !== undefined)
  )
}

function inNpmrc(around: readonly NpmManifest[], key: string): string | undefined {
  return around.map(({ npmrc }) => npmrc.get(key)).find((value) => value !== undefined)
}

/** Where the clients take the upload address, or the name of an index, from. */
const URL_VARIABLES = ['TWINE_REPOSITORY_URL', 'FLIT_INDEX_URL', 'MATURIN_REPOSITORY_URL']
const INDEX_VARIABLES = [
  'TWINE_REPOSITORY',
  'HATCH_INDEX_REPO',
  'PDM_PUBLISH_REPO',
  'MATURIN_REPOSITORY',
]

/** The registry of twine, uv and the other Python clients. */
export function pythonRegistry(
  publish: Publish,
  project: Pick<PythonManifest, 'indexes'> & { readonly publishUrl: string | undefined },
  variables: Variables,
): Named {
  const options = parseOptions(publish.args, valuedFlags(publish.client))
  if (publish.client === 'uv') {
    const url = flagValue(options, '--publish-url') ?? valueIn(variables, 'UV_PUBLISH_URL')
    const index = flagValue(options, '--index') ?? valueIn(variables, 'UV_PUBLISH_INDEX')
    if (url === undefined && index !== undefined) return indexed(index, project.indexes, variables)
    return named(url ?? project.publishUrl, variables)
  }
  const url = flagValue(options, '--repository-url') ?? valueIn(variables, ...URL_VARIABLES)
  const repository =
    flagValue(options, '-r', '--repository', '--repo') ?? valueIn(variables, ...INDEX_VARIABLES)
  if (url === undefined && /^https?:/.test(repository ?? '')) return named(repository, variables)
  if (url === undefined && repository) return indexed(repository, project.indexes, variables)
  return named(url, variables)
}

function indexed(
  written: string,
  indexes: ReadonlyMap<string, string>,
  variables: Variables,
): Named {
  const name = expand(written, variables)
  const url = indexes.get(name) ?? valueIn(variables, poetryVariable(name))
  if (url !== undefined) return named(url, variables)
  if (name === 'pypi') return {}
  // hatch calls them `main` and `test`.
  if (name === 'main') return {}
  if (name === 'testpypi' || name === 'test') return { registry: TEST_PYPI }
  // An index of one's own has a name of one's own: it is not PyPI.
  return {
    registry: `$${name}`,
    sentence: `The index "${name}" is not described in the repository; name the upload URL instead.`,
  }
}

/** How poetry takes the address of a repository from the environment. */
function poetryVariable(name: string): string {
  return `POETRY_REPOSITORIES_${name.replace(/[^a-z0-9]/gi, '_')}_URL`
}

/** A registry as it is written, with literal variables put in. */
function named(written: string | undefined, variables: Variables): Named {
  if (written === undefined || written === '') return {}
  const registry = expand(written, variables)
  if (!isOpen(registry)) return { registry }
  const sentence = `The registry "${registry}" is only known at run time; write the URL so that the step can be rehearsed.`
  return { registry, sentence }
}
