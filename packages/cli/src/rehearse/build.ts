import { dirname, join } from 'node:path'
import type { Package, PublishStep } from '@trustpub/pipeline'
import { downloadCaches } from '../tools/cache.ts'
import { nodeTool } from '../tools/node-tools.ts'
import { pythonTools } from '../tools/python-tools.ts'
import { type Finished, run } from '../tools/run.ts'
import { ciMayBuild } from './builds.ts'
import { type BuildManifest, installDependencies, readManifest } from './dependencies.ts'

type Variables = Readonly<Record<string, string | undefined>>

export interface BuildContext {
  /** The copy of the repository. */
  readonly root: string
  /** Without any identity: building needs none. */
  readonly env: Variables
  readonly progress: (line: string) => void
  /** For a sentence in the report. */
  readonly note: (sentence: string) => void
  /** A folder on the PATH for programs that are not on this machine. */
  readonly bin: string
  /** Directories whose dependencies were installed in this rehearsal. */
  readonly installed: Set<string>
}

/**
 * Makes what a step publishes: installs the dependencies of npm packages and runs their `build` script, builds sdist
 * and wheel of Python ones to where the step looks for them.
 * @returns the failed command, or undefined if everything was built
 */
export async function build(
  context: BuildContext,
  step: PublishStep,
  packages: readonly Package[],
): Promise<Finished | undefined> {
  const directories = packages.map((pkg) => join(context.root, pkg.directory))
  if (step.ecosystem === 'npm') return buildNpm(context, directories)
  const out = join(context.root, step.directory, distributionFolder(step))
  for (const directory of directories) {
    const failed = await buildPython(context, directory, out)
    if (failed !== undefined) return failed
  }
  return undefined
}

/** A `build` script at the root builds all workspaces, in their order; otherwise each has its own. */
async function buildNpm(
  context: BuildContext,
  directories: readonly string[],
): Promise<Finished | undefined> {
  for (const directory of directories) {
    const failed = await installDependencies(context, directory)
    if (failed !== undefined) return failed
  }
  const ofRoot = (await readManifest(context.root)).scripts?.build !== undefined
  for (const directory of ofRoot ? [context.root] : await inOrder(directories)) {
    const failed = await runBuildScript(context, directory)
    if (failed !== undefined) return failed
  }
  return undefined
}

async function runBuildScript(
  context: BuildContext,
  directory: string,
): Promise<Finished | undefined> {
  if ((await readManifest(directory)).scripts?.build === undefined) return undefined
  if (!(await ciMayBuild(context.root, directory))) {
    context.note(
      'No command of the CI runs the `build` script, so it was not run here either; add `npm run build` before the publish.',
    )
    return undefined
  }
  context.progress('npm run build')
  const tool = await nodeTool('npm', context.progress)
  const args = [...tool.args, 'run', 'build']
  return failure(await run(tool.program, args, { cwd: directory, env: context.env }))
}

/** Packages after those that they depend on. */
async function inOrder(directories: readonly string[]): Promise<readonly string[]> {
  const manifests = new Map<string, BuildManifest>()
  for (const directory of directories) manifests.set(directory, await readManifest(directory))
  const byName = new Map([...manifests].map(([directory, { name = '' }]) => [name, directory]))
  const ordered = new Set<string>()
  const open = new Set<string>()
  const visit = (directory: string): void => {
    // Packages may depend on each other in a circle; then no order is right.
    if (open.has(directory)) return
    open.add(directory)
    const { dependencies, devDependencies } = manifests.get(directory) ?? {}
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
      const needed = byName.get(name)
      if (needed !== undefined) visit(needed)
    }
    ordered.add(directory)
  }
  for (const directory of directories) visit(directory)
  return [...ordered]
}

async function buildPython(
  context: BuildContext,
  directory: string,
  out: string,
): Promise<Finished | undefined> {
  context.progress('python -m build')
  const { python } = await pythonTools(context.progress)
  const command = ['-m', 'build', '--outdir', out, directory]
  const here = { cwd: directory, env: { ...downloadCaches(), ...context.env } }
  // With what is installed already: quick, and without the package index. It refuses if a requirement is missing.
  const quick = await run(python, [...command, '--no-isolation'], here)
  return quick.status === 0 ? undefined : failure(await run(python, command, here))
}

/** Where the step takes its files from: the folder of its first pattern, `dist` if it names none. */
function distributionFolder(step: PublishStep): string {
  const pattern = step.args.find((arg) => /[*/]|\.(?:whl|gz)$/.test(arg) && !arg.includes('://'))
  return pattern === undefined ? 'dist' : dirname(pattern)
}

function failure(finished: Finished): Finished | undefined {
  return finished.status === 0 ? undefined : finished
}
