import { join } from 'node:path'
import { cached } from './cache.ts'
import { MissingTool } from './missing.ts'
import { run } from './run.ts'

/** A virtual environment with what a Python release needs. */
export interface PythonTools {
  readonly python: string
  readonly uv: string
  readonly versions: { readonly twine: string; readonly uv: string }
}

/** twine 6.1 is the first that knows trusted publishing; the others need no floor of theirs. */
const REQUIREMENTS = ['build', 'twine>=6.1', 'uv', 'setuptools>=68', 'wheel']
/** Part of the folder's name: another list is another environment. */
const GENERATION = 'v1'

/**
 * Python with build, twine and uv, in a virtual environment that is made on first use and kept in the cache.
 * @throws MissingTool naming what is missing: Python itself, or the package index
 */
export function pythonTools(progress: (line: string) => void): Promise<PythonTools> {
  ready ??= prepare(progress)
  return ready
}

let ready: Promise<PythonTools> | undefined

async function prepare(progress: (line: string) => void): Promise<PythonTools> {
  const system = await systemPython()
  const folder = await cached(`python-${system.version}-${GENERATION}`, async (filling) => {
    progress('Setting up Python tools: build, twine, uv (kept for the next time)')
    await runOr(
      system.program,
      ['-m', 'venv', '--copies', filling],
      'Python has no working venv module',
    )
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...REQUIREMENTS]
    const python = join(filling, 'bin', 'python')
    await runOr(
      python,
      pip,
      'The Python package index could not be reached for build, twine and uv',
    )
  })
  const python = join(folder, 'bin', 'python')
  const versions = await versionsOf(python)
  return { python, uv: join(folder, 'bin', 'uv'), versions }
}

async function systemPython(): Promise<{ program: string; version: string }> {
  const show = 'import sys; print("%d.%d" % sys.version_info[:2])'
  for (const program of ['python3', 'python']) {
    const found = await run(program, ['-c', show], here()).catch(() => undefined)
    const version = found?.status === 0 ? found.stdout.trim() : ''
    const [major = 0, minor = 0] = version.split('.').map(Number)
    if (major === 3 && minor >= 9) return { program, version }
  }
  throw new MissingTool(
    'Python 3.9 or newer is not installed, so Python packages cannot be built and published.',
  )
}

async function versionsOf(python: string): Promise<PythonTools['versions']> {
  const show = 'from importlib.metadata import version as v; print(v("twine"), v("uv"))'
  const { stdout } = await run(python, ['-c', show], here())
  const [twine = '', uv = ''] = stdout.trim().split(' ')
  return { twine, uv }
}

async function runOr(program: string, args: readonly string[], problem: string): Promise<void> {
  const finished = await run(program, args, here())
  if (finished.status === 0) return
  throw new MissingTool(`${problem}: ${finished.output.trim().split('\n').at(-1)}`)
}

const here = () => ({ cwd: process.cwd(), env: process.env })
