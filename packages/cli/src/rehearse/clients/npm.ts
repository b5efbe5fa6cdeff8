import { nodeTool } from '../../tools/node-tools.ts'
import { run } from '../../tools/run.ts'
import { keptArguments } from './arguments.ts'
import type { Client } from './client.ts'

/** `npm publish`: exchanges by itself, and signs provenance with the stage's Sigstore, which it takes for the public one. */
export const npm: Client = {
  id: 'npm',
  ecosystem: 'npm',
  provenance: 'by itself',
  async publish({ stage, step, directory, env, provenance, progress }) {
    const tool = await nodeTool('npm', progress)
    const { args, notes } = keptArguments(step, { playsProvenance: true })
    const own = [
      `--registry=${stage.url}/`,
      `--provenance=${provenance.made}`,
      ...(provenance.asPublic ? ['--access=public'] : []),
    ]
    const finished = await run(tool.program, [...tool.args, 'publish', ...args, ...own], {
      cwd: directory,
      env,
    })
    return { client: `npm ${tool.version}`, finished, notes }
  },
}
