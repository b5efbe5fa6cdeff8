import { posix } from 'node:path'
import type { NpmManifest } from '../repository/manifest-npm.ts'
import type { Manifests } from '../repository/manifests.ts'
import { isPythonClient } from './publishing-tools.ts'
import type { Recognised } from './recognised.ts'
import { npmRegistry, pythonRegistry } from './registries.ts'
import type { ShellState } from './shell-state.ts'
import { npmTargets, pythonTargets } from './targets.ts'
import { isVersionFile, type VersionFile } from './versions-set.ts'

type Publish = Extract<Recognised, { kind: 'publish' }>

interface Target {
  readonly ecosystem: 'npm' | 'pypi'
  readonly packages: readonly string[]
  /** The kinds of manifest that hold the versions of the packages. */
  readonly files: readonly VersionFile[]
  readonly registry?: string | undefined
  readonly sentences: readonly string[]
}

/** What a publish command uploads and where to. Also for actions, which stand for a command. */
export function targetOf(
  publish: Publish,
  directory: string,
  shell: Pick<ShellState, 'variables' | 'userRegistry' | 'registriesSet' | 'indexesSet'>,
  manifests: Manifests,
): Target {
  const python = isPythonClient(publish.client)
  const { packages, sentence, named } = python
    ? pythonTarget(publish, directory, shell, manifests)
    : npmTarget(publish, directory, shell, manifests)
  return {
    ecosystem: python ? 'pypi' : 'npm',
    packages: packages.map((one) => one.directory),
    files: packages.map((one) => posix.basename(one.file)).filter(isVersionFile),
    registry: named.registry,
    sentences: [sentence, named.sentence].filter((one) => one !== undefined),
  }
}

/** Whether npm or pnpm publishes to one registry in whatever directory it runs, as no package names one of its own. */
export function isSureOfRegistry({ client }: Publish, { npm }: Manifests): boolean {
  return (
    (client === 'npm' || client === 'pnpm') &&
    npm.every(({ publishConfig, npmrc }) =>
      [...publishConfig, ...npmrc].every(
        ([key, value]) => !/(?:^|:)registry$/.test(key) || /\bregistry\.npmjs\.org\b/.test(value),
      ),
    )
  )
}

/** What they upload in a directory that only the run knows. */
export function targetAdrift(
  publish: Publish,
  { variables, userRegistry, registriesSet }: Parameters<typeof targetOf>[2],
  { npm }: Manifests,
): Target {
  const around = npm.filter(({ directory }) => directory === '.')
  const { registry, sentence } = npmRegistry(publish, [], {
    variables,
    userRegistry,
    registriesSet,
    around,
  })
  return {
    ecosystem: 'npm',
    packages: [],
    files: [],
    registry,
    sentences: sentence === undefined ? [] : [sentence],
  }
}

function pythonTarget(
  publish: Publish,
  directory: string,
  { variables, indexesSet = new Map() }: Parameters<typeof targetOf>[2],
  manifests: Manifests,
) {
  const targets = pythonTargets(publish, directory, manifests)
  const indexes = new Map([...(targets.packages[0]?.indexes ?? []), ...indexesSet])
  const publishUrl = targets.packages[0]?.publishUrl
  return { ...targets, named: pythonRegistry(publish, { publishUrl, indexes }, variables) }
}

function npmTarget(
  publish: Publish,
  directory: string,
  { variables, userRegistry, registriesSet }: Parameters<typeof targetOf>[2],
  manifests: Manifests,
) {
  const targets = npmTargets(publish, directory, manifests)
  const around = manifestsAround(directory, manifests)
  const surroundings = { variables, userRegistry, registriesSet, around }
  return { ...targets, named: npmRegistry(publish, targets.packages, surroundings) }
}

/** npm reads the `.npmrc` of the package and of the root of the workspaces. */
function manifestsAround(directory: string, { npm }: Manifests): readonly NpmManifest[] {
  return npm.filter((one) => one.directory === directory || one.directory === '.').toReversed()
}

/** What the `.npmrc` files say that npm reads in a directory. */
export function npmrcText(directory: string, manifests: Manifests): string {
  return manifestsAround(directory, manifests)
    .flatMap(({ npmrc }) => [...npmrc.values()])
    .join('\n')
}
