import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dependenciesOf, isObject, type Json } from './manifest.ts'

/** The patterns of `workspaces`, in either of its shapes; empty if there are none. */
export function workspacePatterns({ workspaces }: Json): string[] {
  const patterns = isObject(workspaces) ? workspaces.packages : workspaces
  return Array.isArray(patterns)
    ? patterns.filter((pattern): pattern is string => typeof pattern === 'string')
    : []
}

/** The folders with a package.json that the patterns of a root name: `*` within a name, `**` for any depth, `!` excludes. */
export async function workspaceFolders(
  root: string,
  patterns: readonly string[],
): Promise<string[]> {
  const found = new Set<string>()
  for (const pattern of patterns) {
    const excluded = pattern.startsWith('!')
    const plain = pattern.replace(/^!/, '').replace(/^\.?\/+/, '')
    const segments = plain.split('/').filter((segment) => segment !== '' && segment !== '.')
    for await (const folder of matching(root, segments)) {
      if (excluded) found.delete(folder)
      else found.add(folder)
    }
  }
  return [...found].sort()
}

async function* matching(folder: string, segments: readonly string[]): AsyncGenerator<string> {
  const [segment, ...rest] = segments
  if (segment === undefined) {
    if (await hasManifest(folder)) yield folder
  } else if (segment === '**') {
    yield* matching(folder, rest)
    for (const child of await subfolders(folder)) yield* matching(join(folder, child), segments)
  } else if (segment.includes('*')) {
    const literals = segment.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    const pattern = new RegExp(`^${literals.join('[^/]*')}$`)
    for (const child of await subfolders(folder)) {
      if (pattern.test(child)) yield* matching(join(folder, child), rest)
    }
  } else if (segment !== '..') {
    yield* matching(join(folder, segment), rest)
  }
}

async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries
    .filter(
      (entry) =>
        entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'),
    )
    .map((entry) => entry.name)
}

async function hasManifest(folder: string): Promise<boolean> {
  return readFile(join(folder, 'package.json')).then(
    () => true,
    () => false,
  )
}

/**
 * Orders packages so that each comes after those it depends on: nobody installs a package whose dependency is not there
 * yet. Where packages depend on each other in a circle they stay as they came.
 */
export function inDependencyOrder<
  Package extends { readonly name: string; readonly manifest: Json },
>(packages: readonly Package[]): Package[] {
  const byName = new Map(packages.map((pkg) => [pkg.name, pkg]))
  const ordered = new Set<Package>()
  const visiting = new Set<Package>()
  const visit = (pkg: Package): void => {
    if (ordered.has(pkg) || visiting.has(pkg)) return
    visiting.add(pkg)
    for (const [name] of dependenciesOf(pkg.manifest)) {
      const dependency = byName.get(name)
      if (dependency !== undefined) visit(dependency)
    }
    ordered.add(pkg)
  }
  for (const pkg of packages) visit(pkg)
  return [...ordered]
}
