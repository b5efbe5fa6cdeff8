import { pythonTools } from '../../tools/python-tools.ts'
import { run } from '../../tools/run.ts'
import { keptArguments } from './arguments.ts'
import type { Client } from './client.ts'
import { mintToken } from './mint.ts'

/**
 * `twine upload`, and pypa/gh-action-pypi-publish, which is twine behind an exchange of its own. twine itself only
 * exchanges for PyPI's own hosts, so here the exchange is done as the action does it.
 */
export const twine: Client = {
  id: 'twine',
  ecosystem: 'pypi',
  async publish({ stage, step, directory, env, progress }) {
    const tools = await pythonTools(progress)
    const minted = await mintToken(stage, env)
    const client = `twine ${tools.versions.twine}`
    if ('finished' in minted) return { client, finished: minted.finished, notes: [] }
    const { args, notes } = keptArguments(step.args)
    const own = ['--non-interactive', '--repository-url', `${stage.secureUrl}/legacy/`]
    const files = args.some((arg) => !arg.startsWith('-')) ? [] : ['dist/*']
    const finished = await run(tools.python, ['-m', 'twine', 'upload', ...own, ...args, ...files], {
      cwd: directory,
      env: {
        ...env,
        TWINE_USERNAME: '__token__',
        TWINE_PASSWORD: minted.token,
        // requests prefers this variable to what twine says, so it must not be one of the machine's.
        REQUESTS_CA_BUNDLE: stage.certificateFile,
      },
    })
    return { client, finished, notes }
  },
}
