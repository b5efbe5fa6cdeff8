import { nodeTool } from '../../tools/node-tools.ts'
import { run } from '../../tools/run.ts'
import { keptArguments } from './arguments.ts'
import type { Client } from './client.ts'

/** `yarn npm publish`: exchanges by itself since version 4.18. */
export const yarn: Client = {
  id: 'yarn',
  ecosystem: 'npm',
  provenance: 'when asked',
  async publish({ stage, step, directory, packages, env, openEnv, provenance, progress }) {
    const tool = await nodeTool('yarn', progress)
    const { args, notes } = keptArguments(step, { playsProvenance: true })
    const own = {
      YARN_NPM_PUBLISH_REGISTRY: stage.url,
      YARN_NPM_REGISTRY_SERVER: stage.url,
      YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
      YARN_NPM_MINIMAL_AGE_GATE: '0',
      YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
      YARN_ENABLE_TELEMETRY: 'false',
      // Without this yarn would hand over to the version that the repository has checked in.
      YARN_IGNORE_PATH: '1',
    }
    // yarn refuses to publish from a project that it has not installed.
    const installed = await run(tool.program, [...tool.args, 'install'], {
      cwd: directory,
      env: { ...openEnv, ...own },
    })
    let finished = installed
    // `yarn workspaces foreach` does the same; a step without packages publishes where it stands.
    for (const cwd of packages.length > 0 ? packages : [directory]) {
      if (finished.status !== 0) break
      const sign = provenance.made ? ['--provenance'] : []
      const command = [...tool.args, 'npm', 'publish', ...sign, ...args]
      finished = await run(tool.program, command, { cwd, env: { ...env, ...own } })
    }
    return { client: `yarn ${tool.version}`, finished, notes }
  },
}
