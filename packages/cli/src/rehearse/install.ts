import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeTool } from '../tools/node-tools.ts'
import { pythonTools } from '../tools/python-tools.ts'
import { run } from '../tools/run.ts'
import type { Stage } from './stage.ts'

/** What an import may do: reading code. A package that does more on import, e.g. serve, is none that hangs. */
const IMPORT_TIMEOUT_MS = 60_000

/** The conditions of `exports` under which Node imports. */
const CONDITIONS = new Set(['node', 'import', 'module-sync', 'node-addons', 'default'])

type Variables = Readonly<Record<string, string | undefined>>

/** How an installation from the local registry went; `problem` is what the client printed. */
export interface Installation {
  readonly installed: boolean
  /** Undefined where there is nothing to import: a package of executables or types only. */
  readonly imported: boolean | undefined
  readonly problem?: string
}

export interface Installable {
  readonly stage: Stage
  readonly name: string
  readonly version: string
  /** What to import, where that does not follow from the package itself. */
  readonly module?: string | undefined
  /** An empty folder. */
  readonly folder: string
  readonly env: Variables
  readonly progress: (line: string) => void
}

/** `npm install` into an empty folder, then `import()`. */
export async function installNpm(request: Installable): Promise<Installation> {
  const { stage, name, version, folder, progress } = request
  await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}')
  await writeFile(join(folder, '.npmrc'), npmSettings(stage))
  const tool = await nodeTool('npm', progress)
  const env = { ...request.env, npm_config_registry: `${stage.url}/` }
  const args = [...tool.args, 'install', '--ignore-scripts', `${name}@${version}`]
  const finished = await run(tool.program, args, { cwd: folder, env })
  if (finished.status !== 0)
    return { installed: false, imported: undefined, problem: finished.output }
  if (!(await hasEntry(join(folder, 'node_modules', name))))
    return { installed: true, imported: undefined }
  const script = `const node = await import('node:process')
try { await import(${JSON.stringify(name)}) } catch (error) { node.stderr.write(String(error?.message ?? error)); node.exit(1) }
node.exit(0)`
  const importing = ['--input-type=module', '-e', script]
  return imported(
    await run(process.execPath, importing, { cwd: folder, env, timeoutMs: IMPORT_TIMEOUT_MS }),
  )
}

/** What lets npm read from the stage's registry, and from it alone. */
export function npmSettings({ url, readToken }: Pick<Stage, 'url' | 'readToken'>): string {
  // npm would ask this registry for the files of what another one has, where that one is registry.npmjs.org.
  return `registry=${url}/\nreplace-registry-host=never\n//${new URL(url).host}/:_authToken=${readToken}\n`
}

async function hasEntry(home: string): Promise<boolean> {
  const manifest: unknown = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'))
  const { exports, main } = manifest as { exports?: unknown; main?: unknown }
  if (exports !== undefined && exports !== null) return exportsEntry(exports)
  return main !== undefined || (await readdir(home)).includes('index.js')
}

/** Whether `exports` has something to import under the name of the package (nodejs.org, "Packages", exports). */
function exportsEntry(exports: unknown): boolean {
  if (typeof exports !== 'object' || exports === null) return typeof exports === 'string'
  if (Array.isArray(exports)) return exports.some(exportsEntry)
  const entries = Object.entries(exports)
  if (entries.some(([key]) => key.startsWith('.')))
    return entries.some(([key, value]) => key === '.' && exportsEntry(value))
  return entries.some(([condition, value]) => CONDITIONS.has(condition) && exportsEntry(value))
}

/** `pip install` into an empty folder, then `import`. */
export async function installPython(request: Installable): Promise<Installation> {
  const { stage, name, version, folder, env, progress } = request
  const { python } = await pythonTools(progress)
  const { host, hostname } = new URL(stage.url)
  const index = `http://__token__:${stage.readToken}@${host}/simple/`
  const args = ['-m', 'pip', 'install', '--quiet', '--no-cache-dir', '--disable-pip-version-check']
  const finished = await run(
    python,
    [
      ...args,
      '--target',
      folder,
      '--index-url',
      index,
      '--trusted-host',
      hostname,
      `${name}==${version}`,
    ],
    // What this machine is set up to look at besides the index must not answer in its place.
    { cwd: folder, env: { ...env, PIP_EXTRA_INDEX_URL: '', PIP_FIND_LINKS: '', PIP_NO_INDEX: '' } },
  )
  if (finished.status !== 0)
    return { installed: false, imported: undefined, problem: finished.output }
  const { module } = request
  const modules = module === undefined ? await topLevelModules(folder, name) : [module]
  if (modules.length === 0) return { installed: true, imported: undefined }
  const script = modules.map((module) => `import ${module}`).join('\n')
  return imported(
    await run(python, ['-c', script], {
      cwd: folder,
      // What jsii makes runs in Node.
      env: { ...env, PYTHONPATH: folder, JSII_NODE: process.execPath },
      timeoutMs: IMPORT_TIMEOUT_MS,
    }),
  )
}

/** The modules that the wheel's RECORD lists at its top. */
async function topLevelModules(folder: string, name: string): Promise<string[]> {
  const normalised = (text: string) => text.toLowerCase().replace(/[-_.]+/g, '_')
  const info = (await readdir(folder)).find(
    (entry) =>
      entry.endsWith('.dist-info') && normalised(entry.split('-')[0] ?? '') === normalised(name),
  )
  if (info === undefined) return []
  const record = await readFile(join(folder, info, 'RECORD'), 'utf8')
  const names = record
    .split('\n')
    .map((line) => /^([A-Za-z_]\w*)(?:\.py,|\/__init__\.py,)/.exec(line)?.[1])
  return [...new Set(names.filter((module) => module !== undefined))]
}

function imported({
  status,
  output,
}: {
  status: number | undefined
  output: string
}): Installation {
  if (status === 0) return { installed: true, imported: true }
  return { installed: true, imported: false, problem: output }
}
