import { dirname, join } from 'node:path'
import type { Package, PublishStep } from '@trustpub/pipeline'
import { downloadCaches } from '../tools/cache.ts'
import { nodeTool } from '../tools/node-tools.ts'
import { pythonTools } from '../tools/python-tools.ts'
import { type Finished, run } from '../tools/run.ts'
import { ciMayBuild } from './builds.ts'
import { type BuildManifest, installDependencies, readManifest } from './dependencies.ts'
import { packWithJsii } from './jsii.ts'
import type { BuildContext } from './scene.ts'

/**
 * Makes what a step publishes: installs the dependencies of npm packages and runs their `build` script, builds sdist
 * and wheel of Python ones to where the step looks for them.
 * @param builds where the pipeline runs `build` scripts, as far as it tells
 * @returns the failed command, or undefined if everything was built
 */
export async function build(
  context: BuildContext,
  step: PublishStep,
  packages: readonly Package[],
  builds: readonly string[],
): Promise<Finished | undefined> {
  const folder = (directory: string) => join(context.root, directory)
  const ofNode = packages.filter((pkg) => pkg.ecosystem === 'npm' || pkg.jsii !== undefined)
  // What the pipeline builds, if it builds the packages; elsewhere, say by a tool of its own, it is not known.
  const covered = ofNode.every(({ directory }) => builds.includes(directory))
  const failed = await buildNpm(
    context,
    ofNode.map(({ directory }) => folder(directory)),
    covered ? builds.map(folder) : undefined,
  )
  if (failed !== undefined || step.ecosystem === 'npm') return failed
  const out = join(folder(step.directory), distributionFolder(step))
  for (const { directory, jsii } of packages) {
    const unbuilt = await (jsii === undefined
      ? buildPython(context, folder(directory), out)
      : packWithJsii(context, folder(directory), 'python', out))
    if (unbuilt !== undefined) return unbuilt
  }
  return undefined
}

/** Where it is not known what the pipeline builds, a `build` script at the root builds all; else each has its own. */
async function buildNpm(
  context: BuildContext,
  directories: readonly string[],
  builds: readonly string[] | undefined,
): Promise<Finished | undefined> {
  if (directories.length === 0) return undefined
  for (const directory of new Set([...directories, ...(builds ?? [])])) {
    const failed = await installDependencies(context, directory)
    if (failed !== undefined) return failed
  }
  const ofRoot = (await readManifest(context.root)).scripts?.build !== undefined
  for (const directory of builds ?? (ofRoot ? [context.root] : await inOrder(directories))) {
    const failed = await runBuildScript(context, directory)
    if (failed !== undefined) return failed
  }
  return undefined
}

async function runBuildScript(
  context: BuildContext,
  directory: string,
): Promise<Finished | undefined> {
  const { scripts, version } = await readManifest(directory)
  const key = `${directory} ${version}`
  if (scripts?.build === undefined || context.built.has(key)) return undefined
  context.built.add(key)
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
