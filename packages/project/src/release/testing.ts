import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { readFiles, Stubs, temporaryFolder } from '../testing.ts'

export interface Finished {
  readonly status: number | null
  readonly output: string
  /** What was written to $GITHUB_OUTPUT. */
  readonly outputs: string
  readonly calls: readonly string[]
}

export interface Around {
  readonly stubs?: Stubs
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** Runs a script as GitHub does. */
export function run(
  script: string,
  { stubs = new Stubs({}), env = {}, cwd = temporaryFolder() }: Around,
): Finished {
  const home = temporaryFolder()
  const { status, stdout, stderr } = spawnSync('bash', ['-e', '-c', script], {
    cwd,
    encoding: 'utf8',
    env: { PATH: stubs.path, HOME: home, GITHUB_OUTPUT: join(home, 'output'), ...env },
  })
  const outputs = readFiles(home).output ?? ''
  return { status, output: stdout + stderr, outputs, calls: stubs.calls }
}
