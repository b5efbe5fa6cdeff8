import type { NodeClientId } from './clients.ts'
import type { Variables } from './environment.ts'
import { temporaryFolder, writeFiles } from './folders.ts'
import { type Finished, run, type Tool } from './tools.ts'

/** A package to be published by a client from a job. */
export interface Publishing {
  readonly directory: string
  readonly env: Variables
  /** Arguments besides those that name the registry. */
  readonly args?: readonly string[]
}

/** Publishes as a job would with this client; a token comes from `env` or not at all. */
export async function publishWith(
  id: NodeClientId,
  tool: Tool,
  registryUrl: string,
  { directory, env, args = [] }: Publishing,
): Promise<Finished> {
  const start = (rest: readonly string[], variables: Variables) =>
    run(tool.program, [...tool.args, ...rest], { cwd: directory, env: variables })
  if (id === 'pnpm') {
    // The folder is no git repository.
    return start(['publish', '--no-git-checks', `--registry=${registryUrl}`, ...args], env)
  }
  if (id !== 'yarn') return start(['publish', `--registry=${registryUrl}`, ...args], env)
  const yarnEnv = { ...env, ...yarnSettings(registryUrl) }
  writeFiles(directory, { 'yarn.lock': '' })
  const installed = await start(['install'], yarnEnv)
  return installed.status === 0 ? start(['npm', 'publish', ...args], yarnEnv) : installed
}

function yarnSettings(registryUrl: string): Variables {
  const registry = registryUrl.replace(/\/$/, '')
  return {
    YARN_NPM_PUBLISH_REGISTRY: registry,
    YARN_NPM_REGISTRY_SERVER: registry,
    // yarn speaks plain http to the hosts of this list only: the registry and the issuer.
    YARN_UNSAFE_HTTP_WHITELIST: 'localhost,127.0.0.1',
    YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
    YARN_ENABLE_TELEMETRY: 'false',
  }
}

/** Installs with npm into an empty folder and imports; the text that the package exports, or what npm printed. */
export async function installAndImport(
  npm: Tool,
  registryUrl: string,
  token: string,
  spec: string,
  env: Variables,
): Promise<string> {
  const folder = temporaryFolder()
  writeFiles(folder, {
    'package.json': '{"private":true,"type":"module"}',
    '.npmrc': npmrc(registryUrl, token),
  })
  const installed = await run(npm.program, [...npm.args, 'install', spec], { cwd: folder, env })
  if (installed.status !== 0) return installed.output
  const name = spec.replace(/(?<=.)@[^/]*$/, '')
  const script = `import { text } from '${name}'; process.stdout.write(text)`
  const imported = await run(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    env,
  })
  return imported.output
}

/** The configuration that npm's clients read a token from. */
export function npmrc(registryUrl: string, token: string): string {
  const { host } = new URL(registryUrl)
  return `registry=${registryUrl}\n//${host}/:_authToken=${token}\n`
}
