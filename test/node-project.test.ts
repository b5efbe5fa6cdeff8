import { join } from 'node:path'
import { describe, expect, it, type TestContext } from 'vitest'
import { temporaryFolder } from './support/folders.ts'
import { recordLeftOut } from './support/left-out.ts'
import { trustpub } from './support/project.ts'
import { rehearse } from './support/rehearsal.ts'
import { type Finished, run } from './support/tools.ts'

/** Downloads take their time where nothing is cached. */
const TIMEOUT_MS = 300_000

/** A project as `trustpub new` makes it. Without a registry in reach its dependencies cannot be installed. */
async function started(ctx: TestContext, kind: string, ...args: readonly string[]) {
  const folder = temporaryFolder()
  const options = ['--repository', 'acme/widget', '--json', ...args]
  const { status, stdout } = await trustpub(folder, ['new', kind, 'widget', ...options])
  expect(status).toBe(0)
  const { installProblem } = JSON.parse(stdout) as { installProblem?: string }
  if (installProblem !== undefined) {
    recordLeftOut(`${ctx.task.name}: ${installProblem}`)
    ctx.skip()
  }
  return join(folder, 'widget')
}

/** As the build job does it, and with what this machine has. */
function npm(folder: string, ...args: readonly string[]): Promise<Finished> {
  return run('npm', args, { cwd: folder, env: { ...process.env, CI: 'true' } })
}

describe.each(['node', 'typescript'])('a %s project as it was generated', (kind) => {
  it(
    'is built, tested, packed and rehearsed without an edit',
    async (ctx) => {
      const project = await started(ctx, kind)
      for (const script of ['build', 'package']) {
        const { status, output } = await npm(project, 'run', script)
        expect(status, output).toBe(0)
      }
      const { status, stdout } = await rehearse([project])
      expect(stdout).toMatch(/✓ +release_npm +npm \S+ +widget \S+( +✓){5}/)
      expect(status).toBe(0)
    },
    TIMEOUT_MS,
  )

  it(
    'is rehearsed for GitLab without an edit',
    async (ctx) => {
      const project = await started(ctx, kind, '--provider', 'gitlab')
      const { status, stdout } = await rehearse([project])
      expect(stdout).toMatch(/✓ +release_npm +npm \S+ +widget \S+( +✓){5}/)
      expect(status).toBe(0)
    },
    TIMEOUT_MS,
  )
})
