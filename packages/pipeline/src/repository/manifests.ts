import { readdir } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { PipelineError, reasonOf } from '../errors.ts'
import type { Package, Unknown } from '../model.ts'
import { child, type Tree, textOf, textsOf } from '../yaml/tree.ts'
import { parseYaml } from '../yaml/yaml-file.ts'
import type { ReadFile } from './files.ts'
import { type NpmManifest, readNpmManifest } from './manifest-npm.ts'
import {
  jsiiManifest,
  type PythonManifest,
  readPythonManifest,
  readSetupCfg,
  readSetupPy,
} from './manifest-python.ts'
import { publishesPlatforms } from './napi.ts'

/** Every manifest of a repository, the root's first. */
export interface Manifests {
  readonly npm: readonly NpmManifest[]
  readonly python: readonly PythonManifest[]
  readonly unknowns: readonly Unknown[]
}

// Deeper than every layout of workspaces in use (`packages/group/name/…`), and a bound on the walk.
const MAX_DEPTH = 4

const SKIPPED = new Set(
  'node_modules dist fixtures __fixtures__ testdata vendor venv __pycache__ site-packages'.split(
    ' ',
  ),
)

/** Finds and reads the manifests: the root's and those of every directory up to four levels down. */
export async function readManifests(root: string, read: ReadFile): Promise<Manifests> {
  const npm: NpmManifest[] = []
  const python: PythonManifest[] = []
  const unknowns: Unknown[] = []
  for (const directory of await directories(root, read)) {
    let jsii: PythonManifest | undefined
    try {
      const found = await npmManifest(directory, read)
      if (found !== undefined) npm.push(found)
      jsii = found && jsiiManifest(found)
    } catch (error) {
      unknowns.push(unreadable(directory, 'package.json', error))
    }
    try {
      // A pyproject.toml beside it is there for tools only.
      const found = jsii ?? (await pythonManifest(directory, read))
      if (found !== undefined) python.push(found)
    } catch (error) {
      unknowns.push(unreadable(directory, 'pyproject.toml', error))
    }
  }
  return { npm, python, unknowns }
}

/** The packages among the manifests: those with a name. */
export function packagesOf({ npm, python }: Manifests): readonly Package[] {
  return [...npm, ...python].flatMap((manifest) => {
    const { ecosystem, name, version, directory, private: secret } = manifest
    if (name === undefined) return []
    const known = version === undefined ? {} : { version }
    const made = 'jsii' in manifest && manifest.jsii !== undefined ? { jsii: manifest.jsii } : {}
    const platforms = ecosystem === 'npm' ? platformsOf(manifest, npm) : {}
    return [{ ecosystem, name, ...known, directory, private: secret, ...made, ...platforms }]
  })
}

/** The platform packages that are committed beside a package, else those that its manifest asks for. */
function platformsOf(
  { directory, platforms = [], scripts }: NpmManifest,
  npm: readonly NpmManifest[],
): Pick<Package, 'platforms'> {
  const beside = posix.join(directory, 'npm')
  const committed = npm.flatMap((one) =>
    one.name !== undefined && !one.private && posix.dirname(one.directory) === beside
      ? [{ name: one.name, directory: one.directory }]
      : [],
  )
  const packages = committed.length > 0 ? committed : platforms.map((name) => ({ name }))
  if (packages.length === 0) return {}
  return { platforms: { packages, byScript: [...scripts.values()].some(publishesPlatforms) } }
}

async function directories(root: string, read: ReadFile): Promise<readonly string[]> {
  const ignored = ignoredNames((await read('.gitignore').catch(() => undefined)) ?? '')
  const found = ['.']
  let level = ['.']
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const next: string[] = []
    for (const directory of level) {
      for (const entry of await readdir(join(root, directory), { withFileTypes: true }).catch(
        () => [],
      )) {
        const path = directory === '.' ? entry.name : `${directory}/${entry.name}`
        if (!entry.isDirectory() || entry.name.startsWith('.') || SKIPPED.has(entry.name)) continue
        if (!ignored.has(entry.name) && !ignored.has(`/${path}`)) next.push(path)
      }
    }
    level = next.sort()
    found.push(...level)
  }
  return found
}

/** The plain names of a root `.gitignore`: enough to stay out of build output without running git. */
function ignoredNames(text: string): ReadonlySet<string> {
  const lines = text.split('\n').map((line) => line.trim().replace(/\/+$/, ''))
  const plain = lines.filter((line) => line !== '' && !/[#!*?[\\]/.test(line))
  return new Set(plain.map((line) => (line.includes('/') ? `/${line.replace(/^\//, '')}` : line)))
}

async function npmManifest(directory: string, read: ReadFile): Promise<NpmManifest | undefined> {
  const file = inside(directory, 'package.json')
  const text = await read(file)
  if (text === undefined) return undefined
  return readNpmManifest(file, directory, text, {
    npmrc: (await read(inside(directory, '.npmrc'))) ?? '',
    // pnpm.io, "pnpm-workspace.yaml".
    workspaces: textsOf(
      child(await yamlIfThere(inside(directory, 'pnpm-workspace.yaml'), read), 'packages'),
    ),
    yarnRegistry: yarnRegistry(await yamlIfThere(inside(directory, '.yarnrc.yml'), read)),
  })
}

/** yarnpkg.com, ".yarnrc.yml". */
function yarnRegistry(settings: Tree | undefined): string | undefined {
  return (
    textOf(child(settings, 'npmPublishRegistry')) ?? textOf(child(settings, 'npmRegistryServer'))
  )
}

async function yamlIfThere(file: string, read: ReadFile): Promise<Tree | undefined> {
  const text = await read(file)
  return text === undefined ? undefined : parseYaml(file, text, 'gitlab')
}

async function pythonManifest(
  directory: string,
  read: ReadFile,
): Promise<PythonManifest | undefined> {
  const file = inside(directory, 'pyproject.toml')
  const text = await read(file)
  const found = text === undefined ? undefined : readPythonManifest(file, directory, text)
  if (found !== undefined) return found
  const readers = [
    ['setup.cfg', readSetupCfg],
    ['setup.py', readSetupPy],
  ] as const
  for (const [name, readOlder] of readers) {
    const older = inside(directory, name)
    const metadata = await read(older)
    const known = metadata === undefined ? undefined : readOlder(older, directory, metadata)
    if (known !== undefined) return known
  }
  return undefined
}

function inside(directory: string, name: string): string {
  return directory === '.' ? name : `${directory}/${name}`
}

function unreadable(directory: string, name: string, error: unknown): Unknown {
  const known =
    error instanceof PipelineError
      ? error
      : new PipelineError('manifest_unparseable', {
          file: inside(directory, name),
          reason: reasonOf(error),
        })
  return { place: known.place, sentence: known.message, broken: 'manifest' }
}
