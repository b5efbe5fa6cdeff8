import { nodeTool } from '../../tools/node-tools.ts'
import { run } from '../../tools/run.ts'
import { keptArguments } from './arguments.ts'
import type { Client } from './client.ts'

/** `yarn npm publish`: exchanges by itself since version 4.18. */
export const yarn: Client = {
  id: 'yarn',
  ecosystem: 'npm',
  async publish({ stage, step, directory, env, openEnv, progress }) {
    const tool = await nodeTool('yarn', progress)
    const { args, notes } = keptArguments(step.args)
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
    const finished =
      installed.status === 0
        ? await run(tool.program, [...tool.args, 'npm', 'publish', ...args], {
            cwd: directory,
            env: { ...env, ...own },
          })
        : installed
    return { client: `yarn ${tool.version}`, finished, notes }
  },
}
