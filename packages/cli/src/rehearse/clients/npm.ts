import { nodeTool } from '../../tools/node-tools.ts'
import { run } from '../../tools/run.ts'
import { keptArguments } from './arguments.ts'
import type { Client } from './client.ts'

/** `npm publish`: exchanges by itself. */
export const npm: Client = {
  id: 'npm',
  ecosystem: 'npm',
  async publish({ stage, step, directory, env, progress }) {
    const tool = await nodeTool('npm', progress)
    const { args, notes } = keptArguments(step)
    const own = [`--registry=${stage.url}/`, '--provenance=false']
    const finished = await run(tool.program, [...tool.args, 'publish', ...args, ...own], {
      cwd: directory,
      env,
    })
    return { client: `npm ${tool.version}`, finished, notes }
  },
}
