import { cp, mkdir, mkdtemp, readdir, stat } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { downloadCaches } from '../tools/cache.ts'
import { type Finished, run } from '../tools/run.ts'
import { readManifest } from './dependencies.ts'
import type { BuildContext } from './scene.ts'

/** jsii-pacmak sets up a Python environment for itself and compiles; on a slow machine that takes minutes. */
const TIMEOUT_MS = 15 * 60_000

/**
 * Lets the project's own jsii-pacmak make the packages of one language of what jsii has compiled.
 * @param to the folder for the files
 * @returns the failed command
 */
export async function packWithJsii(
  { root, env, progress }: Pick<BuildContext, 'root' | 'env' | 'progress'>,
  directory: string,
  language: 'js' | 'python',
  to: string,
): Promise<Finished | undefined> {
  const program = await pacmakOf(root, directory)
  if (program === undefined) return NO_PACMAK
  progress(`jsii-pacmak --target ${language}`)
  // Beside the copy, which must stay as a checkout is.
  const out = await mkdtemp(join(dirname(root), 'jsii-'))
  const args = ['--target', language, '--outdir', out, ...(await ownFlags(directory))]
  const finished = await run(program, args, {
    cwd: directory,
    env: {
      ...downloadCaches(),
      ...env,
      PATH: [env.PATH, dirname(process.execPath)].join(delimiter),
    },
    timeoutMs: TIMEOUT_MS,
  })
  if (finished.status !== 0) return finished
  await mkdir(to, { recursive: true })
  const made = join(out, language)
  for (const file of await readdir(made)) await cp(join(made, file), join(to, file))
  return undefined
}

/** jsii-pacmak adds to `.npmignore`, unless the project keeps one of its own and says so in its scripts. */
async function ownFlags(directory: string): Promise<readonly string[]> {
  const { scripts = {} } = await readManifest(directory)
  const flag = '--no-npmignore'
  return Object.values(scripts).some((script) => script.includes(flag)) ? [flag] : []
}

const NO_PACMAK: Finished = {
  status: 1,
  output:
    'jsii-pacmak, which makes the packages, is not installed: add it to the devDependencies of package.json.',
  stdout: '',
}

/** The project's jsii-pacmak, if it has one: in a workspace it is installed at the root. */
export async function pacmakOf(root: string, directory: string): Promise<string | undefined> {
  for (let at = directory; at.startsWith(root); at = dirname(at)) {
    const program = join(at, 'node_modules', '.bin', 'jsii-pacmak')
    if ((await stat(program).catch(() => undefined)) !== undefined) return program
  }
  return undefined
}
