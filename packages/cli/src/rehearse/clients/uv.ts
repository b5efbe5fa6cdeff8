import { pythonTools } from '../../tools/python-tools.ts'
import { run } from '../../tools/run.ts'
import { keptArguments } from './arguments.ts'
import type { Client } from './client.ts'

/** `uv publish`: exchanges by itself, over https only. */
export const uv: Client = {
  id: 'uv',
  ecosystem: 'pypi',
  async publish({ stage, step, directory, env, progress }) {
    const tools = await pythonTools(progress)
    const { args, notes } = keptArguments(step)
    const own = ['--trusted-publishing', 'always', '--publish-url', `${stage.secureUrl}/legacy/`]
    const finished = await run(tools.uv, ['publish', ...own, ...args], {
      cwd: directory,
      env: { ...env, SSL_CERT_FILE: stage.certificateFile, UV_NO_CONFIG: '1' },
    })
    return { client: `uv ${tools.versions.uv}`, finished, notes }
  },
}
