import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Context, fetchThrough, Secrets, send } from '@trustpub/publisher'
import { run } from '../tools/run.ts'
import type { Ui } from '../ui/ui.ts'

/** By this some machines of Google Cloud are known; elsewhere the file is another text or not there. */
const PRODUCT_NAME = '/sys/class/dmi/id/product_name'

/** Gives the real outside to what publishes, and a folder that is gone afterwards. */
export async function withContext<Result>(
  ui: Ui,
  work: (context: Context) => Promise<Result>,
): Promise<Result> {
  const temporaryFolder = await mkdtemp(join(tmpdir(), 'trustpub-publish-'))
  const secrets = new Secrets(ui.ciCommand)
  try {
    return await work({
      env: process.env,
      machine: (await readFile(PRODUCT_NAME, 'utf8').catch(() => '')).trim(),
      fetch: fetchThrough(send),
      run: runProgram,
      send,
      now: () => new Date(),
      wait: async (milliseconds) => wait(milliseconds),
      secrets,
      progress: (line) => ui.progress(secrets.redact(line)),
      temporaryFolder,
    })
  } finally {
    await rm(temporaryFolder, { recursive: true, force: true })
  }
}

async function runProgram(program: string, args: readonly string[]): Promise<string> {
  const { status, stdout, output } = await run(program, args, {
    cwd: process.cwd(),
    env: process.env,
  })
  if (status === 0) return stdout
  throw new Error(`${program} ended with status ${status}: ${output.trim()}`)
}
