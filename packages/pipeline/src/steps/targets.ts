import { posix } from 'node:path'
import type { ClientId } from '../model.ts'
import { joinInside } from '../repository/files.ts'
import { matchesGlob, matchesGlobs } from '../repository/globs.ts'
import type { NpmManifest } from '../repository/manifest-npm.ts'
import type { PythonManifest } from '../repository/manifest-python.ts'
import type { Manifests } from '../repository/manifests.ts'
import { valuedFlags } from './commands.ts'
import { parseOptions } from './options.ts'
import type { Recognised, Selection } from './recognised.ts'

type Publish = Extract<Recognised, { kind: 'publish' }>

/** Clients whose publish command takes a directory or a tarball. */
const TAKES_TARGET: ReadonlySet<ClientId> = new Set<ClientId>([
  'npm',
  'pnpm',
  'yarn',
  'yarn-classic',
  'bun',
])

/** The packages that a command uploads, or a sentence why that cannot be told. */
export interface Targets<M> {
  readonly packages: readonly M[]
  readonly sentence?: string
}

/** The npm packages that a command run in `directory` publishes. Private ones are not among them. */
export function npmTargets(
  publish: Publish,
  directory: string,
  { npm }: Manifests,
): Targets<NpmManifest> {
  if (publish.selection.of === 'all') return everyPackage(directory, npm)
  if (publish.selection.of === 'workspaces') {
    const { packages, sentence } = workspaces(publish.selection, directory, npm)
    return publishable(
      packages,
      sentence ?? 'None of the workspaces that this publishes is public.',
    )
  }
  const target = TAKES_TARGET.has(publish.client)
    ? parseOptions(publish.args, valuedFlags(publish.client)).rest[0]
    : publish.packageRoot
  if (target === undefined || target === '.') {
    const found = npm.filter((one) => one.directory === directory)
    if (isMade(directory, npm)) return built(directory, npm, directory)
    return publishable(found, `There is no package.json in ${directory} to publish.`)
  }
  if (/\.(?:tgz|tar\.gz)$/.test(target)) return tarball(target, directory, npm)
  return built(joinInside(directory, target), npm, target)
}

function everyPackage(directory: string, npm: readonly NpmManifest[]): Targets<NpmManifest> {
  const all = { of: 'workspaces', globs: ['**'], root: true } as const
  const { packages, sentence } = workspaces(all, directory, npm)
  if (isMade(directory, npm)) return built(directory, npm, directory)
  const here = npm.filter((one) => one.directory === directory)
  const found = sentence === undefined ? packages : here
  return publishable(found, `There is no package.json in ${directory} to publish.`)
}

/** The workspaces that a selection picks, private ones included, as scripts run in those too. */
export function workspaces(
  selection: Selection & { of: 'workspaces' },
  directory: string,
  npm: readonly NpmManifest[],
): Targets<NpmManifest> {
  const known = picked.get(npm) ?? new Map<string, Targets<NpmManifest>>()
  picked.set(npm, known)
  const key = JSON.stringify([selection, directory])
  const found = known.get(key) ?? pick(selection, directory, npm)
  known.set(key, found)
  return found
}

/** A monorepo's workflows pick the same workspaces again and again. */
const picked = new WeakMap<readonly NpmManifest[], Map<string, Targets<NpmManifest>>>()

function pick(
  selection: Selection & { of: 'workspaces' },
  directory: string,
  npm: readonly NpmManifest[],
): Targets<NpmManifest> {
  const root = nearest(
    directory,
    npm.filter((one) => one.workspaces.length > 0),
  )
  if (root === undefined)
    return {
      packages: [],
      sentence: 'No package.json or pnpm-workspace.yaml lists workspaces here.',
    }
  const dynamic = selection.globs.find(isDynamic)
  if (dynamic !== undefined) {
    return {
      packages: [],
      sentence: `Which packages "${dynamic}" picks depends on the run; name them so that they can be rehearsed.`,
    }
  }
  const members = npm.filter((one) => one !== root && isMember(one, root))
  const all = selection.root ? [root, ...members] : members
  return { packages: all.filter((one) => isPicked(one, root, selection.globs)) }
}

/** `[HEAD^]`, `...@acme/widget`: what it picks depends on the commit, or on who depends on whom. */
export function isDynamic(glob: string): boolean {
  return /\.\.\.|[[{$]/.test(glob)
}

function isMember(one: NpmManifest, root: NpmManifest): boolean {
  return matchesGlobs(posix.relative(root.directory, one.directory), root.workspaces)
}

/** By name, by name without scope (pnpm) or by directory; `!` takes out. */
function isPicked(one: NpmManifest, root: NpmManifest, globs: readonly string[]): boolean {
  const path = posix.relative(root.directory, one.directory) || '.'
  // To a filter the slash of a scope is a letter like any other: `*` picks `@acme/widget`.
  const flat = (text: string): string => text.replaceAll('/', ':')
  const name = one.name ?? ''
  const names = [name, name.replace(/^@[^/]*\//, '')]
  const covers = (glob: string): boolean =>
    names.some((text) => matchesGlob(flat(text), flat(glob))) || matchesGlob(path, glob)
  const out = globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1))
  return globs.some((glob) => !glob.startsWith('!') && covers(glob)) && !out.some(covers)
}

/** A directory of the build, in which nothing is yet. Any other may be the checkout of another repository. */
function isMade(directory: string, npm: readonly NpmManifest[]): boolean {
  return (
    /(?:^|\/)(?:dist|build|lib|out|pkg)(?:\/|$)/.test(directory) &&
    npm.every((one) => !`${one.directory}/`.startsWith(`${directory}/`))
  )
}

/** A directory that the build fills, e.g. `dist`: the package it is built from. */
function built(
  path: string | undefined,
  npm: readonly NpmManifest[],
  written: string,
): Targets<NpmManifest> {
  const named = npm.filter((one) => one.name !== undefined)
  const exact = named.filter((one) => one.directory === path)
  if (exact.length > 0) return publishable(exact, '')
  const open = named.filter((one) => !one.private)
  const around = path === undefined ? undefined : nearest(path, open)
  const inside = around?.directory === '.' ? undefined : around
  const found =
    inside ?? mirrored(path, open) ?? around ?? (open.length === 1 ? open[0] : undefined)
  if (found !== undefined) return { packages: [found] }
  return {
    packages: [],
    sentence: `"${written}" is made by the build, and which package it is cannot be told from the repository.`,
  }
}

/** nx and Angular build `libs/widget` into `dist/libs/widget`, or into `dist/widget`. */
function mirrored(path: string | undefined, open: readonly NpmManifest[]): NpmManifest | undefined {
  const parts = (path ?? '').split('/').slice(1)
  for (const tail of parts.map((_, at) => parts.slice(at).join('/'))) {
    const found = open.filter((one) => `/${one.directory}`.endsWith(`/${tail}`))
    if (found.length > 0) return found.length === 1 ? found[0] : undefined
  }
  return undefined
}

/** `acme-widget-1.2.3.tgz` is what `npm pack` calls `@acme/widget`. */
function tarball(
  written: string,
  directory: string,
  npm: readonly NpmManifest[],
): Targets<NpmManifest> {
  const open = npm.filter((one) => one.name !== undefined && !one.private)
  if (open.length === 1) return { packages: open }
  const file = posix.basename(written)
  const called = open.filter((one) => {
    const base = (one.name ?? '').replace('@', '').replace('/', '-')
    return file.startsWith(`${base}-`) && /^[\d*$]/.test(file.slice(base.length + 1))
  })
  if (called.length > 0) return { packages: called }
  return built(joinInside(directory, posix.dirname(written)), open, written)
}

function publishable(found: readonly NpmManifest[], otherwise: string): Targets<NpmManifest> {
  const packages = found.filter((one) => !one.private && one.name !== undefined)
  if (packages.length > 0) return { packages }
  const [first] = found
  if (first === undefined) return { packages, sentence: otherwise }
  const cause = first.private ? 'is marked "private": true' : 'has no name'
  return { packages, sentence: `${first.file} ${cause}, so publishing it is refused.` }
}

/** The Python project whose distributions a command run in `directory` uploads. */
export function pythonTargets(
  publish: Publish,
  directory: string,
  { python }: Manifests,
): Targets<PythonManifest> {
  // What other tools upload stands in the directory where they work.
  const named = publish.client === 'twine' || publish.client === 'uv'
  const file = named ? parseOptions(publish.args, valuedFlags(publish.client)).rest[0] : undefined
  const from = joinInside(directory, file === undefined ? 'dist' : posix.dirname(file))
  const globbed = python.filter(
    (one) => from?.includes('*') && matchesGlob(posix.join(one.directory, 'dist'), from),
  )
  const around = from === undefined ? undefined : nearest(from, python)
  const found = globbed.length > 0 ? globbed : around ? [around] : python.length === 1 ? python : []
  if (found.length === 0) {
    const cause =
      python.length === 0
        ? 'no pyproject.toml or setup.cfg names a project'
        : 'there are several Python projects'
    return {
      packages: [],
      sentence: `Which Python project this uploads cannot be told: ${cause}. Build and upload in the directory of the project.`,
    }
  }
  const packages = found.filter((one) => !one.private)
  if (packages.length > 0) return { packages }
  const [first] = found
  const sentence =
    first?.jsii === undefined
      ? `${first?.file} has a "Private ::" classifier, so PyPI refuses it.`
      : `${first.file} is marked "private": true, so jsii makes no Python package of it.`
  return { packages, sentence }
}

/** The manifest in a directory or in the closest one above it. */
export function nearest<M extends { readonly directory: string }>(
  directory: string,
  manifests: readonly M[],
): M | undefined {
  const above = manifests.filter(
    (one) =>
      one.directory === '.' ||
      one.directory === directory ||
      directory.startsWith(`${one.directory}/`),
  )
  const depth = (one: M): number => (one.directory === '.' ? 0 : one.directory.split('/').length)
  return above.toSorted((a, b) => depth(b) - depth(a))[0]
}
