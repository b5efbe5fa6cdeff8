import { nodeTool } from '../../tools/node-tools.ts'
import { run } from '../../tools/run.ts'
import { keptArguments } from './arguments.ts'
import type { Client } from './client.ts'

/**
 * `pnpm publish`: exchanges by itself since version 11. Its provenance cannot be played: version 12 has the first root of
 * the public Sigstore built in, and checks what it has signed.
 */
export const pnpm: Client = {
  id: 'pnpm',
  ecosystem: 'npm',
  async publish({ stage, step, directory, env, progress }) {
    const tool = await nodeTool('pnpm', progress)
    const { args, notes } = keptArguments(step)
    // The copy is no git repository, and a CI checks out a tag, which is no branch.
    const unchecked = args.includes('--no-git-checks') ? [] : ['--no-git-checks']
    const own = [...unchecked, `--registry=${stage.url}/`]
    const finished = await run(tool.program, [...tool.args, 'publish', ...args, ...own], {
      cwd: directory,
      env: { ...env, npm_config_provenance: 'false', pnpm_config_provenance: 'false' },
    })
    return { client: `pnpm ${tool.version}`, finished, notes }
  },
}
