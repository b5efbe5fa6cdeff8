import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cached } from './cache.ts'
import { MissingTool } from './missing.ts'
import { run } from './run.ts'

/** A program that is ready to run, e.g. npm: `node …/npm-cli.js`. */
export interface Tool {
  readonly program: string
  /** Arguments that come before all others. */
  readonly args: readonly string[]
  readonly version: string
}

/** Versions that are fetched where the machine has none that can exchange ID tokens. */
const FETCHED = {
  npm: { package: 'npm', version: '11.19.1', entry: 'bin/npm-cli.js' },
  // pnpm 11 needs Node 22; 12 is a program of its own and runs beside any Node.
  pnpm: { package: 'pnpm', version: '12.21.0', entry: 'bin/pnpm.mjs' },
  // For installing from lock files of Yarn 1 only: it cannot exchange ID tokens.
  yarn1: { package: 'yarn', version: '1.22.22', entry: 'bin/yarn.js' },
  yarn: { package: '@yarnpkg/cli-dist', version: '4.18.1', entry: 'bin/yarn.js' },
} as const

export type NodeToolId = keyof typeof FETCHED

/**
 * npm, pnpm or yarn: the npm of this machine if it is new enough to exchange ID tokens, otherwise a known version from
 * the cache, fetched there on first use.
 * @throws MissingTool
 */
export async function nodeTool(id: NodeToolId, progress: (line: string) => void): Promise<Tool> {
  const installed = id === 'npm' ? await npmOfMachine() : undefined
  return installed ?? fetchedTool(FETCHED[id], progress)
}

let ofMachine: Promise<Tool | undefined> | undefined

/** Asked once: npm takes a fifth of a second to tell its version. */
function npmOfMachine(): Promise<Tool | undefined> {
  ofMachine ??= installedNpm()
  return ofMachine
}

/** npm 11.5.1 is the first that exchanges ID tokens. */
async function installedNpm(): Promise<Tool | undefined> {
  const found = await run('npm', ['--version'], { cwd: process.cwd(), env: process.env }).catch(
    () => undefined,
  )
  const version = found?.status === 0 ? found.stdout.trim() : ''
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  const newEnough = major > 11 || (major === 11 && (minor > 5 || (minor === 5 && patch >= 1)))
  return newEnough ? { program: 'npm', args: [], version } : undefined
}

/** A tool at an exact version, as a package from the npm registry that this machine is set up to use. */
export async function fetchedTool(
  wanted: { readonly package: string; readonly version: string; readonly entry: string },
  progress: (line: string) => void,
): Promise<Tool> {
  const spec = `${wanted.package}@${wanted.version}`
  const folder = await cached(`npm/${spec.replaceAll('/', '+')}`, async (filling) => {
    progress(`Fetching ${spec} (kept for the next time)`)
    const args = [
      'install',
      '--prefix',
      filling,
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      spec,
    ]
    const finished = await run('npm', args, { cwd: filling, env: process.env }).catch(
      (error: Error) => ({
        status: 1,
        output: error.message,
      }),
    )
    if (finished.status !== 0) {
      throw new MissingTool(
        `${spec} is needed and could not be fetched: ${reasonIn(finished.output)}`,
      )
    }
  })
  const home = join(folder, 'node_modules', wanted.package)
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as {
    version: string
  }
  return { program: process.execPath, args: [join(home, wanted.entry)], version }
}

/** The reason in what npm printed: not its codes, which come first, nor where its log is, which comes last. */
function reasonIn(output: string): string {
  const lines = output.trim().split('\n')
  const reason = lines.find((line) => /^npm error (?!code |syscall |errno )\S/.test(line))
  return reason?.replace('npm error ', '') ?? lines.at(-1) ?? ''
}
