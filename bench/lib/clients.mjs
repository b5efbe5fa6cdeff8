import { join } from 'node:path'
import { startHostProxy } from '../../packages/cli/dist/rehearse/host-proxy.js'
import { MissingTool } from '../../packages/cli/dist/tools/missing.js'
import { fetchedTool } from '../../packages/cli/dist/tools/node-tools.js'
import { pythonTools } from '../../packages/cli/dist/tools/python-tools.js'

/** The program as people start it. */
export const TRUSTPUB = join(import.meta.dirname, '../../packages/cli/bin/trustpub.js')

const NPM = { package: 'npm', version: '11.19.1', entry: 'bin/npm-cli.js' }

/** npm's own entry, for the Node of all parts; from the cache that rehearsals and tests use. */
export async function npmProgram() {
  const { args } = await fetchedTool(NPM, console.error)
  return { name: `npm ${NPM.version}`, file: args[0] ?? '' }
}

/** Python with twine, from the same cache; undefined, with the reason on stderr, where there is no Python. */
export async function twineProgram() {
  try {
    const { python, versions } = await pythonTools(console.error)
    return { name: `twine ${versions.twine}`, python }
  } catch (error) {
    if (!(error instanceof MissingTool)) throw error
    console.error(`Left out: ${error.message}`)
    return undefined
  }
}

/**
 * Nothing of this machine's configuration, and a proxy that knows the hosts of `ports` on loopback and refuses all
 * others: a client that would go outside fails.
 * @param {ReadonlyMap<string, number>} [ports]
 */
export async function closedNetwork(ports = new Map()) {
  const proxy = await startHostProxy(ports)
  return {
    /**
     * @param {string} home
     * @returns {Record<string, string | undefined>}
     */
    environment: (home) => ({
      PATH: process.env.PATH,
      TMPDIR: process.env.TMPDIR,
      HOME: home,
      CI: 'true',
      NO_COLOR: '1',
      HTTP_PROXY: proxy.url,
      HTTPS_PROXY: proxy.url,
      NO_PROXY: '127.0.0.1,localhost',
      npm_config_update_notifier: 'false',
      npm_config_fund: 'false',
      npm_config_audit: 'false',
    }),
    close: proxy.close,
  }
}
