import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Package, PublishStep } from '@trustpub/pipeline'
import { nodeTool } from '../tools/node-tools.ts'
import { pythonTools } from '../tools/python-tools.ts'
import { type Finished, run } from '../tools/run.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Lock files, the tool that reads each, and how it installs exactly what the file says. */
const INSTALLERS = [
  { lockfile: 'package-lock.json', tool: 'npm', args: ['ci'] },
  { lockfile: 'pnpm-lock.yaml', tool: 'pnpm', args: ['install', '--frozen-lockfile'] },
  { lockfile: 'yarn.lock', tool: 'yarn', args: ['install', '--immutable'] },
] as const

const DEPENDENCIES = ['dependencies', 'devDependencies', 'optionalDependencies', 'workspaces']

export interface BuildContext {
  /** The copy of the repository. */
  readonly root: string
  /** Without any identity: building needs none. */
  readonly env: Variables
  readonly progress: (line: string) => void
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
  for (const pkg of packages) {
    const directory = join(context.root, pkg.directory)
    const failed =
      pkg.ecosystem === 'npm'
        ? await buildNpm(context, directory)
        : await buildPython(
            context,
            directory,
            join(context.root, step.directory, distributionFolder(step)),
          )
    if (failed !== undefined) return failed
  }
  return undefined
}

async function buildNpm(context: BuildContext, directory: string): Promise<Finished | undefined> {
  const manifest = await readManifest(directory)
  const installed = await installDependencies(context, directory)
  if (installed !== undefined) return installed
  if (manifest.scripts?.build === undefined) return undefined
  context.progress('npm run build')
  const tool = await nodeTool('npm', context.progress)
  return failure(
    await run(tool.program, [...tool.args, 'run', 'build'], { cwd: directory, env: context.env }),
  )
}

/** Installs from the nearest lock file upwards; a package in a workspace has its lock file at the root. */
async function installDependencies(
  context: BuildContext,
  directory: string,
): Promise<Finished | undefined> {
  for (let at = directory; at.startsWith(context.root); at = dirname(at)) {
    for (const { lockfile, tool: id, args } of INSTALLERS) {
      if (!(await exists(join(at, lockfile)))) continue
      const manifest = await readManifest(at)
      if (context.installed.has(at) || !DEPENDENCIES.some((key) => key in manifest))
        return undefined
      context.installed.add(at)
      context.progress([id, ...args].join(' '))
      const tool = await nodeTool(id, context.progress)
      return failure(
        await run(tool.program, [...tool.args, ...args], { cwd: at, env: context.env }),
      )
    }
  }
  return undefined
}

async function buildPython(
  context: BuildContext,
  directory: string,
  out: string,
): Promise<Finished | undefined> {
  context.progress('python -m build')
  const { python } = await pythonTools(context.progress)
  const command = ['-m', 'build', '--outdir', out, directory]
  const here = { cwd: directory, env: context.env }
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

async function readManifest(directory: string): Promise<{ scripts?: { build?: string } }> {
  const text = await readFile(join(directory, 'package.json'), 'utf8').catch(() => '{}')
  return JSON.parse(text) as { scripts?: { build?: string } }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}
