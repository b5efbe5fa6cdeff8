import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { downloadCaches } from '../tools/cache.ts'
import { type NodeToolId, nodeTool, type Tool } from '../tools/node-tools.ts'
import { type Finished, run } from '../tools/run.ts'
import type { BuildContext } from './scene.ts'

/** How a tool installs exactly what its lock file says. */
interface Installer {
  readonly tool: NodeToolId
  readonly args: readonly string[]
}

/** Where dependencies are installed, and how. */
interface Installation {
  readonly at: string
  readonly installer: Installer
}

const INSTALLERS: Readonly<Record<string, Installer>> = {
  'package-lock.json': { tool: 'npm', args: ['ci'] },
  'npm-shrinkwrap.json': { tool: 'npm', args: ['ci'] },
  'pnpm-lock.yaml': { tool: 'pnpm', args: ['install', '--frozen-lockfile'] },
  'yarn.lock': { tool: 'yarn', args: ['install', '--immutable'] },
}

/** Yarn 1 has another format under the same name; newer ones would rewrite it. */
const YARN_1: Installer = { tool: 'yarn1', args: ['install', '--frozen-lockfile'] }

/** What people do without a lock file, by the tool that they use. A lock file is not wanted in the package. */
const UNLOCKED = {
  npm: { tool: 'npm', args: ['install', '--no-package-lock'] },
  pnpm: { tool: 'pnpm', args: ['install', '--no-frozen-lockfile', '--no-lockfile'] },
  yarn: { tool: 'yarn', args: ['install', '--no-immutable'] },
  yarn1: { tool: 'yarn1', args: ['install', '--no-lockfile'] },
} as const satisfies Readonly<Record<NodeToolId, Installer>>

const DEPENDENCIES = ['dependencies', 'devDependencies', 'optionalDependencies', 'workspaces']

/**
 * Installs from the nearest lock file upwards, as a package in a workspace has its lock file at the root; without one
 * what the manifest itself asks for.
 * @returns the failed command
 */
export async function installDependencies(
  context: BuildContext,
  directory: string,
): Promise<Finished | undefined> {
  const { at, installer } =
    (await lockedAbove(context, directory)) ?? (await unlocked(context, directory))
  const manifest = await readManifest(at)
  if (context.installed.has(at) || !DEPENDENCIES.some((key) => key in manifest)) return undefined
  context.installed.add(at)
  context.progress([installer.tool.replace('1', ''), ...installer.args].join(' '))
  const tool = await nodeTool(installer.tool, context.progress)
  await makeCallable(context, installer.tool.replace('1', ''), tool)
  const env = { ...downloadCaches(), ...context.env }
  const finished = await run(tool.program, [...tool.args, ...installer.args], { cwd: at, env })
  return finished.status === 0 ? undefined : finished
}

async function lockedAbove(
  context: BuildContext,
  directory: string,
): Promise<Installation | undefined> {
  for (let at = directory; at.startsWith(context.root); at = dirname(at)) {
    for (const [lockfile, installer] of Object.entries(INSTALLERS)) {
      if (!(await isThere(join(at, lockfile)))) continue
      return { at, installer: (await isYarn1(at, lockfile)) ? YARN_1 : installer }
    }
  }
  return undefined
}

/** The root of the workspaces, if there is one, with the tool that is named there. */
async function unlocked(context: BuildContext, directory: string): Promise<Installation> {
  for (let at = directory; at.startsWith(context.root); at = dirname(at)) {
    const { workspaces, packageManager = '' } = await readManifest(at)
    const ofPnpm = await isThere(join(at, 'pnpm-workspace.yaml'))
    if (!ofPnpm && workspaces === undefined && packageManager === '') continue
    const [name, version = ''] = packageManager.split('@')
    if (ofPnpm || name === 'pnpm') return { at, installer: UNLOCKED.pnpm }
    if (name !== 'yarn') return { at, installer: UNLOCKED.npm }
    return { at, installer: version.startsWith('1.') ? UNLOCKED.yarn1 : UNLOCKED.yarn }
  }
  return { at: directory, installer: UNLOCKED.npm }
}

async function isYarn1(at: string, lockfile: string): Promise<boolean> {
  return (
    lockfile === 'yarn.lock' &&
    !(await readFile(join(at, lockfile), 'utf8')).includes('__metadata:')
  )
}

/** Scripts call pnpm and yarn by name; a CI has them, this machine perhaps not. */
async function makeCallable({ env, bin }: BuildContext, name: string, tool: Tool): Promise<void> {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const found = await Promise.all(folders.map((folder) => isThere(join(folder, name))))
  if (found.includes(true)) return
  const quoted = [tool.program, ...tool.args].map((word) => `'${word.replaceAll("'", "'\\''")}'`)
  await mkdir(bin, { recursive: true })
  await writeFile(join(bin, name), `#!/bin/sh\nexec ${quoted.join(' ')} "$@"\n`)
  await chmod(join(bin, name), 0o755)
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}

/** The parts of a `package.json` that a build or the publishing needs. */
export interface BuildManifest {
  readonly name?: string
  readonly version?: string
  readonly packageManager?: string
  readonly workspaces?: unknown
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly jsii?: unknown
  readonly repository?: unknown
  readonly publishConfig?: { readonly access?: unknown; readonly provenance?: unknown }
}

/** Without such a file there is nothing to build, which is no failure. */
export async function readManifest(directory: string): Promise<BuildManifest> {
  const text = await readFile(join(directory, 'package.json'), 'utf8').catch(() => '{}')
  return JSON.parse(text) as BuildManifest
}
