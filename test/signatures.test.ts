import { beforeAll, describe, expect, it } from 'vitest'
import { type NodeClientId, nodeClient } from './support/clients.ts'
import { cleanEnvironment } from './support/environment.ts'
import { temporaryFolder, writeFiles } from './support/folders.ts'
import { githubJob } from './support/job.ts'
import { npmPackage } from './support/npm-packages.ts'
import { npmrc, publishWith } from './support/publish.ts'
import { openTestRegistry, runOf, type TestRegistry } from './support/registry.ts'
import { run, type Tool } from './support/tools.ts'

const NAME = '@acme/signed'

let registry: TestRegistry
beforeAll(async () => {
  registry = await openTestRegistry({ args: ['--trusted-only'] })
  await registry.trust([`npm:${NAME}`])
})

describe('registry signatures', () => {
  it('are verified by pnpm with nothing but the registry, also after a change of keys', async (ctx) => {
    const [npm, pnpm] = [await nodeClient(ctx, 'npm 11'), await nodeClient(ctx, 'pnpm')]
    await publish('npm 11', npm, '1.0.0')
    expect((await registry.api('POST', '/signing-keys')).status).toBe(201)
    await publish('npm 11', npm, '2.0.0')

    for (const version of ['1.0.0', '2.0.0']) {
      const project = temporaryFolder()
      const dependencies = { [NAME]: version }
      writeFiles(project, {
        'package.json': JSON.stringify({ name: 'app', private: true, dependencies }),
        '.npmrc': npmrc(registry.url, registry.reader),
      })
      const start = (...args: string[]) =>
        run(pnpm.program, [...pnpm.args, ...args], { cwd: project, env: cleanEnvironment() })
      expect((await start('install', '--config.minimum-release-age=0')).status).toBe(0)
      const audited = await start('audit', 'signatures')
      expect(audited.output).toMatch(/1 package has a verified registry signature/)
      expect(audited.status).toBe(0)
    }
  })

  async function publish(id: NodeClientId, client: Tool, version: string): Promise<void> {
    const env = githubJob(registry, runOf(registry))
    const directory = npmPackage(NAME, version)
    const published = await publishWith(id, client, registry.url, { directory, env })
    expect(published.output).toContain(`+ ${NAME}@${version}`)
  }
})
